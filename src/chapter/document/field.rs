//! Writes and reads the fields of documents that borsh can't write or read by itself.
//!
//! Input: a field, or bytes. Output: bytes, or the field. Never makes up a name: one that isn't part of the
//! program is an error.

use std::io::{self, Read, Write};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::declare::front::{self, Common};
use crate::declare::kind::Kind;
use crate::text::date::Duration;
use crate::text::diagnostic::Span;

/// The callouts that GitHub knows, which have labels in the theme.
pub const CALLOUTS: [&str; 5] = ["note", "tip", "important", "warning", "caution"];

pub(super) fn write_name<W: Write>(name: &&'static str, to: &mut W) -> io::Result<()> {
    name.serialize(to)
}

/// Reads a name that is part of the program.
pub(super) fn read_name<R: Read>(from: &mut R) -> io::Result<&'static str> {
    let name = String::deserialize_reader(from)?;
    let fields = [Common::FIELDS].into_iter().chain(Kind::ALL.map(front::of_kind)).flatten().map(|field| field.name);
    let found = CALLOUTS.into_iter().chain(fields).find(|known| *known == name);
    found.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "an unknown name"))
}

pub(super) fn write_fields<W: Write>(fields: &Vec<(&'static str, Span)>, to: &mut W) -> io::Result<()> {
    fields.serialize(to)
}

pub(super) fn read_fields<R: Read>(from: &mut R) -> io::Result<Vec<(&'static str, Span)>> {
    let count = u32::deserialize_reader(from)?;
    (0..count).map(|_| Ok((read_name(from)?, Span::deserialize_reader(from)?))).collect()
}

#[allow(clippy::ref_option, reason = "the derived code passes a reference to the field")]
pub(super) fn write_duration<W: Write>(duration: &Option<Duration>, to: &mut W) -> io::Result<()> {
    duration.map(|duration| duration.0.to_string()).serialize(to)
}

pub(super) fn read_duration<R: Read>(from: &mut R) -> io::Result<Option<Duration>> {
    let Some(text) = Option::<String>::deserialize_reader(from)? else { return Ok(None) };
    let span: jiff::Span = text.parse().map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "no duration"))?;
    Ok(Some(span.fieldwise()))
}
