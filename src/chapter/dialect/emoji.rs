//! Lists the emoji shortcodes that people use most, by GitHub's names.
//!
//! Input: a name. Output: the characters. Never looks at a text.

/// Returns the characters of a shortcode.
pub fn called(name: &str) -> Option<&'static str> {
    let find = |name: &str| EMOJI.binary_search_by_key(&name, |(known, _)| known).ok().map(|at| EMOJI[at].1);
    find(name).or_else(|| name.contains('-').then(|| find(&name.replace('-', "_"))).flatten())
}

/// The names, sorted.
#[rustfmt::skip]
const EMOJI: &[(&str, &str)] = &[
    ("+1", "👍"), ("-1", "👎"), ("100", "💯"), ("1st_place_medal", "🥇"), ("2nd_place_medal", "🥈"),
    ("3rd_place_medal", "🥉"), ("adhesive_bandage", "🩹"), ("airplane", "✈️"), ("alarm_clock", "⏰"),
    ("ambulance", "🚑"), ("angry", "😠"), ("apple", "🍎"), ("arrow_down", "⬇️"), ("arrow_left", "⬅️"),
    ("arrow_right", "➡️"), ("arrow_up", "⬆️"), ("arrows_counterclockwise", "🔄"), ("art", "🎨"),
    ("astonished", "😲"), ("baby", "👶"), ("back", "🔙"), ("balloon", "🎈"), ("ballot_box_with_check", "☑️"),
    ("bar_chart", "📊"), ("basketball", "🏀"), ("bee", "🐝"), ("beer", "🍺"), ("beers", "🍻"), ("beetle", "🐞"),
    ("bell", "🔔"), ("bento", "🍱"), ("bike", "🚲"), ("birthday", "🎂"), ("black_circle", "⚫"),
    ("black_large_square", "⬛"), ("blue_book", "📘"), ("blue_heart", "💙"), ("blush", "😊"), ("boat", "⛵"),
    ("bomb", "💣"), ("book", "📖"), ("bookmark", "🔖"), ("books", "📚"), ("boom", "💥"), ("bow", "🙇"),
    ("bricks", "🧱"), ("broken_heart", "💔"), ("broom", "🧹"), ("bug", "🐛"), ("building_construction", "🏗️"),
    ("bulb", "💡"), ("bullettrain_side", "🚄"), ("busts_in_silhouette", "👥"), ("cake", "🍰"), ("calendar", "📅"),
    ("camera", "📷"), ("car", "🚗"), ("card_file_box", "🗃️"), ("cat", "🐱"), ("chart_with_downwards_trend", "📉"),
    ("chart_with_upwards_trend", "📈"), ("checkered_flag", "🏁"), ("checkmark", "✔️"), ("cherry_blossom", "🌸"),
    ("clap", "👏"), ("clipboard", "📋"), ("clock", "🕒"), ("clock1", "🕐"), ("closed_book", "📕"),
    ("closed_lock_with_key", "🔐"), ("cloud", "☁️"), ("coffee", "☕"), ("collision", "💥"), ("compass", "🧭"),
    ("computer", "💻"), ("confetti_ball", "🎊"), ("confused", "😕"), ("construction", "🚧"),
    ("construction_worker", "👷"), ("cookie", "🍪"), ("cool", "🆒"), ("cop", "👮"), ("copyright", "©️"),
    ("crab", "🦀"), ("credit_card", "💳"), ("crossed_fingers", "🤞"), ("crown", "👑"), ("cry", "😢"),
    ("crystal_ball", "🔮"), ("dart", "🎯"), ("dash", "💨"), ("date", "📅"), ("desktop_computer", "🖥️"),
    ("disappointed", "😞"), ("dizzy", "💫"), ("dna", "🧬"), ("dog", "🐶"), ("dollar", "💵"), ("door", "🚪"),
    ("dragon", "🐉"), ("earth_africa", "🌍"), ("earth_americas", "🌎"), ("earth_asia", "🌏"), ("elephant", "🐘"),
    ("email", "📧"), ("end", "🔚"), ("envelope", "✉️"), ("exclamation", "❗"), ("eyeglasses", "👓"),
    ("eyes", "👀"), ("facepalm", "🤦"), ("family", "👪"), ("fast_forward", "⏩"), ("file_folder", "📁"),
    ("fire", "🔥"), ("fist", "✊"), ("flags", "🎏"), ("flashlight", "🔦"), ("flushed", "😳"),
    ("four_leaf_clover", "🍀"), ("fox_face", "🦊"), ("free", "🆓"), ("game_die", "🎲"), ("gear", "⚙️"),
    ("gem", "💎"), ("ghost", "👻"), ("gift", "🎁"), ("globe_with_meridians", "🌐"), ("goal_net", "🥅"),
    ("green_book", "📗"), ("green_circle", "🟢"), ("green_heart", "💚"), ("grey_exclamation", "❕"),
    ("grey_question", "❔"), ("grimacing", "😬"), ("grin", "😁"), ("grinning", "😀"), ("guardsman", "💂"),
    ("gun", "🔫"), ("hammer", "🔨"), ("hammer_and_wrench", "🛠️"), ("handshake", "🤝"), ("headphones", "🎧"),
    ("heart", "❤️"), ("heart_eyes", "😍"), ("heavy_check_mark", "✔️"), ("heavy_exclamation_mark", "❗"),
    ("heavy_minus_sign", "➖"), ("heavy_multiplication_x", "✖️"), ("heavy_plus_sign", "➕"), ("honeybee", "🐝"),
    ("hospital", "🏥"), ("hourglass", "⌛"), ("house", "🏠"), ("hugs", "🤗"), ("id", "🆔"), ("inbox_tray", "📥"),
    ("information_source", "ℹ️"), ("innocent", "😇"), ("iphone", "📱"), ("jigsaw", "🧩"), ("joy", "😂"),
    ("key", "🔑"), ("label", "🏷️"), ("laptop", "💻"), ("large_blue_circle", "🔵"), ("laughing", "😆"),
    ("leaves", "🍃"), ("ledger", "📒"), ("link", "🔗"), ("lipstick", "💄"), ("lock", "🔒"), ("loudspeaker", "📢"),
    ("mag", "🔍"), ("mag_right", "🔎"), ("magnet", "🧲"), ("mailbox", "📫"), ("man", "👨"),
    ("man_technologist", "👨‍💻"), ("mega", "📣"), ("melting_face", "🫠"), ("memo", "📝"), ("metal", "🤘"),
    ("microphone", "🎤"), ("microscope", "🔬"), ("money_with_wings", "💸"), ("moneybag", "💰"), ("monkey", "🐒"),
    ("monocle_face", "🧐"), ("mortar_board", "🎓"), ("mountain", "⛰️"), ("movie_camera", "🎥"), ("muscle", "💪"),
    ("musical_note", "🎵"), ("negative_squared_cross_mark", "❎"), ("neutral_face", "😐"), ("new", "🆕"),
    ("newspaper", "📰"), ("no_entry", "⛔"), ("no_entry_sign", "🚫"), ("notebook", "📓"), ("o", "⭕"),
    ("ocean", "🌊"), ("office", "🏢"), ("ok_hand", "👌"), ("on", "🔛"), ("orange_book", "📙"),
    ("orange_circle", "🟠"), ("orange_heart", "🧡"), ("outbox_tray", "📤"), ("owl", "🦉"), ("package", "📦"),
    ("page_facing_up", "📄"), ("palm_tree", "🌴"), ("panda_face", "🐼"), ("paperclip", "📎"),
    ("partying_face", "🥳"), ("pencil", "📝"), ("pencil2", "✏️"), ("penguin", "🐧"), ("pensive", "😔"),
    ("people_holding_hands", "🧑‍🤝‍🧑"), ("phone", "☎️"), ("pinched_fingers", "🤌"), ("pizza", "🍕"),
    ("point_down", "👇"), ("point_left", "👈"), ("point_right", "👉"), ("point_up", "☝️"), ("poop", "💩"),
    ("pray", "🙏"), ("printer", "🖨️"), ("punch", "👊"), ("purple_circle", "🟣"), ("purple_heart", "💜"),
    ("pushpin", "📌"), ("puzzle_piece", "🧩"), ("question", "❓"), ("rage", "😡"), ("rainbow", "🌈"),
    ("raised_hand", "✋"), ("raised_hands", "🙌"), ("raising_hand", "🙋"), ("recycle", "♻️"),
    ("red_circle", "🔴"), ("relaxed", "☺️"), ("relieved", "😌"), ("repeat", "🔁"), ("ring", "💍"), ("robot", "🤖"),
    ("rocket", "🚀"), ("rofl", "🤣"), ("rose", "🌹"), ("rotating_light", "🚨"), ("round_pushpin", "📍"),
    ("runner", "🏃"), ("running", "🏃"), ("satellite", "📡"), ("school", "🏫"), ("scissors", "✂️"),
    ("scream", "😱"), ("scroll", "📜"), ("see_no_evil", "🙈"), ("seedling", "🌱"), ("shield", "🛡️"),
    ("ship", "🚢"), ("shipit", "🐿️"), ("shrug", "🤷"), ("skull", "💀"), ("sleeping", "😴"),
    ("slightly_smiling_face", "🙂"), ("small_blue_diamond", "🔹"), ("small_orange_diamond", "🔸"),
    ("smile", "😄"), ("smiley", "😃"), ("smirk", "😏"), ("snail", "🐌"), ("snake", "🐍"), ("snowflake", "❄️"),
    ("sob", "😭"), ("soccer", "⚽"), ("soon", "🔜"), ("sos", "🆘"), ("sparkles", "✨"), ("speaking_head", "🗣️"),
    ("speech_balloon", "💬"), ("spiral_notepad", "🗒️"), ("star", "⭐"), ("star2", "🌟"), ("star_struck", "🤩"),
    ("stop_sign", "🛑"), ("stopwatch", "⏱️"), ("sun_with_face", "🌞"), ("sunglasses", "😎"), ("sunny", "☀️"),
    ("sunrise", "🌅"), ("sweat_smile", "😅"), ("swimmer", "🏊"), ("taco", "🌮"), ("tada", "🎉"),
    ("technologist", "🧑‍💻"), ("telephone_receiver", "📞"), ("telescope", "🔭"), ("tent", "⛺"),
    ("test_tube", "🧪"), ("thinking", "🤔"), ("thought_balloon", "💭"), ("thumbsdown", "👎"), ("thumbsup", "👍"),
    ("tiger", "🐯"), ("timer_clock", "⏲️"), ("tm", "™️"), ("toolbox", "🧰"), ("tools", "🛠️"), ("top", "🔝"),
    ("triangular_flag_on_post", "🚩"), ("trollface", "😏"), ("trophy", "🏆"), ("truck", "🚚"), ("turtle", "🐢"),
    ("tv", "📺"), ("twisted_rightwards_arrows", "🔀"), ("umbrella", "☔"), ("unamused", "😒"), ("unicorn", "🦄"),
    ("unlock", "🔓"), ("up", "🆙"), ("upside_down_face", "🙃"), ("v", "✌️"), ("video_camera", "📹"),
    ("video_game", "🎮"), ("vulcan_salute", "🖖"), ("walking", "🚶"), ("warning", "⚠️"), ("wastebasket", "🗑️"),
    ("watch", "⌚"), ("wave", "👋"), ("whale", "🐳"), ("wheelchair", "♿"), ("white_check_mark", "✅"),
    ("white_circle", "⚪"), ("white_flag", "🏳️"), ("white_large_square", "⬜"), ("wink", "😉"), ("woman", "👩"),
    ("woman_running", "🏃‍♀️"), ("woman_technologist", "👩‍💻"), ("world_map", "🗺️"), ("wrench", "🔧"),
    ("writing_hand", "✍️"), ("x", "❌"), ("yellow_circle", "🟡"), ("yellow_heart", "💛"), ("yum", "😋"),
    ("zap", "⚡"), ("zzz", "💤"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(EMOJI.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(
            [called("tada"), called("+1"), called("zzz"), called("30"), called("white-check-mark")],
            [Some("🎉"), Some("👍"), Some("💤"), None, Some("✅")]
        );
    }
}
