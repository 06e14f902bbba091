//! Measures how long a handbook with many roles and competencies takes, from texts in memory to
//! every byte of the site. Run it with `cargo bench --bench model`.
//!
//! Input: none. Output: a table on the terminal. It also shows the number of pages and the largest
//! page, which readers notice.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark looks at the clock, and one that cannot go on stops"
)]

use std::time::Instant;

use rayon::prelude::*;
use rolebook::command::pipeline::Pipeline;
use rolebook::model::compile::{Choices, Compiler};
use rolebook::past::history::Past;
use rolebook::text::path::UrlPath;
use rolebook::world::disk::Inputs;

#[path = "../tests/suite/synthetic.rs"]
#[allow(dead_code, reason = "what the tests share; not all of it is needed here")]
mod synthetic;

fn main() {
    println!("roles x competencies |  cells | pages |  total MB | compile | render | largest page");
    for (roles, competencies) in [(14, 10), (50, 30), (100, 60), (200, 60), (200, 120)] {
        let sources = synthetic::handbook(roles, competencies);
        let start = Instant::now();
        let handbook = Compiler::new().compile(&sources, &Choices::default()).unwrap();
        let findings = handbook.findings(false).len();
        let compiled = start.elapsed();
        let inputs = Inputs { sources, ..Inputs::default() };
        let ready = Pipeline::default().compile(&inputs, &Choices::default()).unwrap();
        let site = ready.site(Past::default(), None).unwrap();
        let urls: Vec<&UrlPath> = site.urls().collect();
        let start = Instant::now();
        let sizes: Vec<(usize, &UrlPath)> =
            urls.par_iter().map(|url| (site.render(url).unwrap().unwrap().bytes.len(), *url)).collect();
        let rendered = start.elapsed();
        let total: usize = sizes.iter().map(|(size, _)| size).sum();
        let pages = sizes.iter().filter(|(_, url)| url.is_page());
        let (largest, url) = pages.clone().max().unwrap();
        println!(
            "{roles:>5} x {competencies:<12} | {:>6} | {:>5} | {:>9.1} | {:>5} ms | {:>4} ms | {} kB {url}{}",
            roles * competencies,
            pages.count(),
            f64::from(u32::try_from(total / 1000).unwrap()) / 1000.0,
            compiled.as_millis(),
            rendered.as_millis(),
            largest / 1000,
            if findings > 0 { format!(" ({findings} findings)") } else { String::new() }
        );
    }
}
