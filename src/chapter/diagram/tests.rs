use super::*;

/// Diagrams of the kinds that handbooks contain, each with whether it has an image for dark pages.
const TYPICAL: &[(&str, bool)] = &[
    ("flowchart TD\n  A[Idea] --> B{Worth a bet?}\n  B -->|yes| C((Done))\n  B -->|no| A\n", true),
    ("graph LR\n  A:::x --> B & C -.-> D\n  classDef x fill:#f99\n", false),
    (
        "flowchart TB\n  subgraph one [Plan]\n    a --> b\n  end\n  subgraph two [Review]\n    c --> d\n  end\n  one --> two\n",
        true,
    ),
    (
        "sequenceDiagram\n  autonumber\n  A->>+B: ask\n  alt yes\n    B-->>-A: answer\n  else no\n    A->>A: wait\n  end\n  Note over A,B: x\n",
        true,
    ),
    ("classDiagram\n  class Duck {\n    +swim()\n  }\n  Animal <|-- Duck\n", true),
    ("classDiagram\n  A --> B\n  note for A \"x\"\n", false),
    ("stateDiagram-v2\n  [*] --> Draft\n  Draft --> Review : submit\n  Review --> [*]\n", true),
    ("erDiagram\n  TEAM ||--o{ PERSON : has\n  PERSON {\n    string name PK\n  }\n", true),
    (
        "gantt\n  title Plan\n  dateFormat YYYY-MM-DD\n  section Learn\n  Meet :a1, 2026-01-05, 5d\n  Talk :crit, after a1, 10d\n",
        false,
    ),
    ("pie title Time\n  \"Discovery\" : 40\n  \"Delivery\" : 60\n", false),
    ("journey\n  title Day\n  section Go\n    Make tea: 5: Me, Cat\n", false),
    ("mindmap\n  root((Sense))\n    Customers\n      Interviews\n    Business\n", false),
    ("gitGraph\n  commit\n  branch develop\n  commit\n  checkout main\n  merge develop tag: \"v1\"\n", false),
    ("timeline\n  title History\n  2019 : Founded\n  2020 : First customer : First hire\n", false),
    ("quadrantChart\n  x-axis Low --> High\n  y-axis Low --> High\n  quadrant-1 Expand\n  A: [0.3, 0.6]\n", true),
    ("xychart-beta\n  x-axis [jan, feb]\n  y-axis \"Users\" 0 --> 100\n  bar [20, 35]\n", true),
];

fn refusal(source: &str) -> (usize, String) {
    let Refusal { line, reason } = read(source).expect_err(source);
    (line, reason)
}

#[test]
fn typical_diagrams_are_drawn_for_light_and_dark_pages() {
    for (source, has_dark) in TYPICAL {
        let diagram = read(source).unwrap_or_else(|refusal| panic!("{source}: {refusal:?}"));
        assert_eq!(diagram.has_dark, *has_dark, "{source}");
        let [light, dark] = [Scheme::Light, Scheme::Dark].map(|scheme| draw(source, scheme).unwrap());
        assert_eq!(light.svg != dark.svg, *has_dark, "{source}");
        assert_eq!(light.size, diagram.size);
        for svg in [light.svg, dark.svg] {
            assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"") && svg.ends_with("</svg>\n"));
            for bad in ["style=", "<a", "href", "class=", "<script", "aria-"] {
                assert!(!svg.contains(bad), "{bad}: {svg}");
            }
        }
    }
}

#[test]
fn an_image_contains_no_address_no_script_and_no_attribute_of_the_author() {
    let source = "flowchart TD\n  A[\"<script>alert(1)</script> & <b>\"] --> B\n  style A fill:red\" onload=\"alert(1),stroke:url(http://x.test)\n  click A href \"javascript:alert(1)\"\n";
    let svg = draw(source, Scheme::Light).unwrap().svg;
    for bad in ["<script", "onload", "x.test", "javascript", "href", "<b>"] {
        assert!(!svg.contains(bad), "{bad}: {svg}");
    }
    assert!(svg.contains("&amp;") && svg.contains("url(#arrow-filled)"), "{svg}");
    for bad in [
        "<svg viewBox=\"0 0 9 9\"><image/></svg>",
        "<svg viewBox=\"0 0 9 9\"><g></svg>",
        "<svg></svg>",
        "<svg viewBox=\"0 0 9 9\">",
    ] {
        assert_eq!(picture::cleaned(bad, None), None, "{bad}");
    }
}

#[test]
fn an_image_is_large_enough_for_all_of_its_shapes() {
    let svg =
        "<svg viewBox=\"0 0 10 10\"><rect x=\"-5\" y=\"2\" width=\"40\" height=\"4\"/><path d=\"M0,0 L 9 50\"/></svg>";
    let picture = picture::cleaned(svg, None).unwrap();
    assert!(picture.svg.contains("width=\"56\" height=\"66\" viewBox=\"-13 -8 56 66\""), "{}", picture.svg);
    assert_eq!(picture.size, (56, 66));
}

#[test]
fn a_mistake_is_found_at_its_line() {
    let front = "---\ntitle: x\n---\nflowchart TD\n  A[Open --> B\n";
    for (source, line, reason) in [
        ("flowchrt TD\n", 1, "`flowchrt` is not a kind of diagram"),
        ("flowchart TD\n  A[Open --> B\n", 2, "missing closing ']' for node 'A'"),
        (front, 5, "missing closing ']' for node 'A'"),
        ("flowchart TD\n  subgraph x\n  A --> B\n", 2, "this block is not closed"),
        ("classDiagram\n  class A {\n", 2, "this block is not closed"),
        ("sequenceDiagram\n  A->>B: x\n  loop y\n  A->>B: x\n", 3, "this block is not closed"),
        ("stateDiagram-v2\n  state A {\n    B --> C\n  }\n", 2, "states inside a state aren't drawn correctly yet"),
        (
            "stateDiagram-v2\n  A --> B\n  note right of A : x\n",
            3,
            "notes on states would be drawn across other states",
        ),
        ("sankey-beta\n\na,b,1\nb,a,1\n", 0, "this kind of diagram isn't drawn yet"),
        ("", 0, "it is empty"),
    ] {
        assert_eq!(refusal(source), (line, reason.to_owned()), "{source}");
    }
}

#[test]
fn groups_that_would_be_drawn_across_each_other_are_refused() {
    let inside = "flowchart LR\n  subgraph A\n    subgraph B\n      c --> d\n    end\n  end\n";
    assert_eq!(refusal(inside).0, 3);
    let across = "flowchart TB\n  subgraph P\n    a[Product manager] --> b[Brief]\n  end\n  subgraph E\n    c[Engineering manager] --> d\n    d --> e\n  end\n  subgraph D\n    f[Designer] --> g[Prototype]\n  end\n  b --> d\n  g --> e\n";
    assert_eq!(refusal(across), (0, "its groups (`subgraph`) would be drawn across each other".to_owned()));
}

#[test]
fn a_diagram_that_takes_too_much_work_is_refused_before_it_is_drawn() {
    let row = |n: usize| (0..n).map(|n| format!("a{n}")).collect::<Vec<_>>().join(" & ");
    let plan = |line: &str| format!("gantt\n  dateFormat YYYY-MM-DD\n  A :a, {line}\n");
    for source in [
        format!("flowchart TD\n{}", "A --> B\n".repeat(700)),
        format!("flowchart TD\n{}", "A-->B\n".repeat(260)),
        format!("flowchart TD\n  A[{}]\n", "x".repeat(600)),
        format!("flowchart TD\n  {} --> {}\n", row(30), row(30)),
        plan("0000-01-01, 999999999d"),
        plan("1990-01-01, 2040-01-01"),
        plan("2026-01-01, 9000w"),
        "gantt\n  excludes weekends, Monday, tuesday\n  excludes wednesday,thursday\n".to_owned(),
        format!("{}  tickInterval 1minute\n", plan("2026-01-01, 30d")),
    ] {
        assert!(limits::check(&source).is_err(), "{source}");
    }
    assert_eq!(TYPICAL.iter().filter(|(source, _)| limits::check(source).is_err()).count(), 0);
}

#[test]
fn diagrams_that_nobody_would_write_are_drawn_or_refused_within_a_small_stack() {
    let nested = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    let sources: Vec<String> = [1_usize, 30, 100, 120]
        .into_iter()
        .flat_map(|n| {
            [
                format!("sequenceDiagram\n{}", nested("loop x\nA->>B: x\n", "end\n", n)),
                format!("mindmap\n{}", (0..n).map(|n| format!("{}n\n", " ".repeat(n))).collect::<String>()),
                format!("flowchart TD\n{}", nested("A[", "]", n)),
                format!("flowchart TD\nA{}\n", "-->B".repeat(n)),
                format!("flowchart TD\nA[\"{}\"]\n", "<br>`**".repeat(n.min(60))),
                format!("classDiagram\n{}", "class A~".repeat(n.min(60))),
                format!("kanban\n{}", "  a\n    b\n".repeat(n)),
                format!("gitGraph\n{}", (0..n).map(|n| format!("branch b{n}\ncommit\n")).collect::<String>()),
                format!("pie\n{}", "\"a\" : 0\n".repeat(n)),
                format!("xychart-beta\nx-axis 0 --> 1{}\nbar [1]\n", "0".repeat(n)),
                format!("quadrantChart\nA: [1e308, -{}]\n", "9".repeat(n)),
                format!("timeline\n2020{}\n", " : a".repeat(n)),
                format!("erDiagram\n{}", "A ||--o{ A : x\n".repeat(n)),
            ]
        })
        .collect();
    let run = move || sources.iter().for_each(|source| drop((read(source), draw(source, Scheme::Dark))));
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap();
}
