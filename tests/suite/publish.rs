//! Publishes small handbooks for each host and checks the files that the host would read.

use rolebook::site::publish::Content;
use rolebook::site::urls::host_findings;
use rolebook::text::path::UrlPath;
use rolebook::text::source::Sources;

use crate::support::{page, repository, site_for, site_with};

fn handbook(toml: &str) -> Sources {
    let chapter = "---\naliases: [/old/place/, /older]\n---\n# New\n";
    Sources::from_texts([("handbook.toml", toml), ("index.md", "# Home\n"), ("new.md", chapter)])
}

#[test]
fn every_host_gets_redirecting_pages_and_those_that_read_rules_also_get_rules() {
    let old = UrlPath::new("old/place/");
    for (host, status) in [("netlify", "301!"), ("cloudflare", "301")] {
        let site = site_with(
            &handbook(&format!("base_url = \"https://x.example/sub\"\n[publish]\nhost = \"{host}\"\n")),
            None,
        );
        assert!(page(&site, "_redirects").starts_with(&format!("/old/place/ /sub/new/ {status}\n")), "{host}");
        // If the site moves to a host without rules, its old URLs still work.
        assert!(page(&site, "old/place/").contains("url=../../new/"), "{host}");
        assert!(site.has(&old) && site.moved(&old).is_some_and(|to| to.as_str() == "new/"), "{host}");
        assert!(!site.has(&UrlPath::new(".nojekyll")));
    }
    for host in ["github", "plain"] {
        let site = site_with(&handbook(&format!("[publish]\nhost = \"{host}\"\n")), None);
        assert!(page(&site, "old/place/").contains("url=../../new/"), "{host}");
        assert!(!site.has(&UrlPath::new("_redirects")) && !site.has(&UrlPath::new("_headers")));
        assert_eq!(site.has(&UrlPath::new(".nojekyll")), host == "github");
    }
}

#[test]
fn one_rule_sets_the_headers_of_all_urls_and_only_hashed_files_are_cached_forever() {
    let site = site_with(&handbook("[publish]\nhost = \"cloudflare\"\n"), None);
    let text = page(&site, "_headers");
    let (all, fixed) = text.split_once("/assets/").unwrap();
    assert!(all.starts_with("/*\n  Content-Security-Policy: default-src 'none';") && !all.contains("Cache-Control"));
    assert!(all.contains("frame-ancestors 'none'") && all.contains("nosniff") && all.contains("Permissions-Policy"));
    assert!(fixed.ends_with("/*\n  Cache-Control: public, max-age=31536000, immutable\n"));
    let folder = format!("assets/{}", fixed.split('/').next().unwrap());
    assert!(site.has(&UrlPath::new(format!("{folder}/style.css"))));
    let meta = page(&site, "");
    let policy = meta.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    for ignored in ["frame-ancestors", "report-uri", "sandbox"] {
        assert!(!policy.contains(ignored), "browsers ignore {ignored} in a meta element");
    }
}

#[test]
fn the_limit_of_a_host_is_reported_before_it_is_reached() {
    let findings = |aliases: usize| {
        let list: Vec<String> = (0..aliases).map(|n| format!("/old/p{n}.html")).collect();
        let chapter = format!("---\naliases: [{}]\n---\n# New\n", list.join(", "));
        let toml = "[publish]\nhost = \"cloudflare\"\n";
        let sources = Sources::from_texts([("handbook.toml", toml), ("new.md", chapter.as_str())]);
        let handbook = crate::support::compile(&sources).unwrap();
        let found = host_findings(&handbook, &sources, &Content::new(&handbook, &sources));
        assert!(found.iter().all(|finding| finding.code.name() == "host-limit"), "{found:?}");
        found.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert!(findings(1800).is_empty(), "up to nine tenths of the limit is fine");
    assert_eq!(findings(1801), ["1801 of the 2000 redirects that Cloudflare Pages accepts are in use"]);
    assert_eq!(findings(1900), ["1900 of the 2000 redirects that Cloudflare Pages accepts are in use"]);
    assert_eq!(findings(2100), ["Cloudflare Pages accepts 2000 redirects, and there are 2100"]);
}

#[test]
fn a_build_for_an_audience_is_not_indexed_unless_the_audience_allows_it() {
    let build = |audience: &str| {
        let toml = "[audiences.managers]\n[audiences.public]\nindexed = true\n[publish]\nhost = \"netlify\"\n";
        let sources = handbook(toml);
        let site = site_for(&sources, Some(audience));
        (page(&site, "robots.txt"), page(&site, "").contains("noindex"), page(&site, "_headers").contains("noindex"))
    };
    assert_eq!(build("managers"), ("User-agent: *\nDisallow: /\n".to_owned(), true, true));
    assert_eq!(build("public"), ("User-agent: *\nAllow: /\n".to_owned(), false, false));
}

#[test]
fn the_netlify_configuration_runs_valid_commands_and_publishes_their_output() {
    let text = std::fs::read_to_string(repository().join("netlify.toml")).unwrap();
    let toml: toml::Table = text.parse().unwrap();
    assert_eq!(toml["build"]["publish"].as_str(), Some("public"));
    let commands = [&toml["build"]["command"], &toml["context"]["deploy-preview"]["command"]];
    for (command, count) in commands.map(|command| command.as_str().unwrap()).into_iter().zip([2, 4]) {
        let pieces = command.split(['&', '|', '>', ';']);
        let ours = pieces.filter_map(|piece| piece.split_once("/rolebook ").or_else(|| piece.split_once(" -- ")));
        let ours: Vec<String> = ours.map(|(_, arguments)| arguments.replace('"', "")).collect();
        for arguments in &ours {
            let words = std::iter::once("rolebook").chain(arguments.split_whitespace());
            let parsed = <rolebook::cli::Cli as clap::Parser>::try_parse_from(words);
            assert!(parsed.is_ok(), "{arguments}");
        }
        assert_eq!(ours.len(), count, "{ours:?}");
        assert!(ours.iter().any(|arguments| arguments.contains("build docs/handbook --out public/docs")
            || arguments.contains("build --strict docs/handbook --out public/docs")));
    }
    assert!(!text.contains("[[headers]]"), "the build writes the headers");
}

#[test]
fn search_engines_are_told_to_skip_only_retired_chapters() {
    let sources = Sources::from_texts([
        ("handbook.toml", "base_url = \"https://x.example/\"\n"),
        ("index.md", "# Home\n"),
        ("old.md", "---\nstatus: retired\n---\n# Old\n"),
        ("planned.md", "---\nstatus: proposed\n---\n# Planned\n"),
    ]);
    let site = site_with(&sources, None);
    let sitemap = page(&site, "sitemap.xml");
    let is_shown = |url: &str| sitemap.contains(&format!("<loc>https://x.example/{url}</loc>"));
    let may_be_indexed = |url: &str| !page(&site, url).contains("<meta name=\"robots\" content=\"noindex\">");
    for url in ["", "planned/"] {
        assert_eq!((is_shown(url), may_be_indexed(url)), (true, true), "{url}");
    }
    assert_eq!((is_shown("old/"), may_be_indexed("old/")), (false, false));
}

#[test]
fn more_redirect_patterns_than_cloudflare_allows_are_reported() {
    let findings = |patterns: usize| {
        let rules: String = (0..patterns).map(|n| format!("/p{n}/* /new/ 301\n")).collect();
        let toml = "[publish]\nhost = \"cloudflare\"\n";
        let sources = Sources::from_texts([("handbook.toml", toml), ("new.md", "# New\n"), ("_redirects", &rules)]);
        let handbook = crate::support::compile(&sources).unwrap();
        host_findings(&handbook, &sources, &Content::new(&handbook, &sources))
            .into_iter()
            .map(|finding| finding.message)
            .collect::<Vec<_>>()
    };
    assert!(findings(100).is_empty());
    for patterns in [101, 150] {
        let wanted =
            format!("Cloudflare Pages accepts 100 redirects with `*` or `:name`, and `_redirects` has {patterns}");
        assert_eq!(findings(patterns), [wanted]);
    }
}

#[test]
fn only_named_hosts_may_serve_scripts_or_receive_data() {
    let toml = "[security]\nscripts = [\"stats.example.com\"]\nconnect = [\"in.example.com\"]\n[publish]\nhost = \"netlify\"\n";
    let plain = site_with(&handbook("[publish]\nhost = \"netlify\"\n"), None);
    let wider = site_with(&handbook(toml), None);
    let policy = |site: &rolebook::site::urls::Site| {
        let text = page(site, "_headers");
        text.split("Content-Security-Policy: ").nth(1).unwrap().lines().next().unwrap().to_owned()
    };
    let wanted = policy(&plain)
        .replace("script-src 'self'", "script-src 'self' https://stats.example.com")
        .replace("connect-src 'self'", "connect-src 'self' https://in.example.com");
    assert_eq!(policy(&wider), wanted, "nothing else may change");
    assert!(page(&wider, "").contains("script-src 'self' https://stats.example.com;"), "the page says the same");
    for wrong in ["*", "a.example; script-src *", "'unsafe-inline'", "https://a.example", "*.example.com"] {
        let sources = handbook(&format!("[security]\nscripts = [\"{wrong}\"]\nconnect = [\"{wrong}\"]\n"));
        let compiled = crate::support::compile(&sources).unwrap();
        assert!(compiled.config.security.scripts.is_empty() && compiled.config.security.connect.is_empty(), "{wrong}");
        assert_eq!(
            compiled.file_findings.iter().filter(|finding| finding.code.name() == "bad-value").count(),
            2,
            "{wrong}"
        );
    }
}

#[test]
fn a_policy_longer_than_cloudflare_allows_is_reported() {
    let findings = |hosts: usize| {
        let hosts: Vec<String> = (0..hosts).map(|n| format!("\"https://host-number-{n}.example\"")).collect();
        let toml = format!("[publish]\nhost = \"cloudflare\"\n[security]\nhosts = [{}]\n", hosts.join(", "));
        let sources = Sources::from_texts([("handbook.toml", toml.as_str()), ("new.md", "# New\n")]);
        let handbook = crate::support::compile(&sources).unwrap();
        host_findings(&handbook, &sources, &Content::new(&handbook, &sources))
            .into_iter()
            .map(|finding| finding.message)
            .collect::<Vec<_>>()
    };
    assert!(findings(3).is_empty());
    assert_eq!(
        findings(100),
        ["the content security policy is longer than the 2000 characters that Cloudflare Pages accepts"]
    );
}
