use segue_analysis::fixture;
#[test]
fn bad_and_good() {
    for rule in &segue_catalog::catalog().rules {
        let bad = fixture::findings(&rule.bad);
        let n: usize = fixture::files(&rule.bad, "").iter().map(|f| f.marks.len()).sum();
        let hits = bad.lines().filter(|l| l.contains(&format!(" {} ", rule.code))).count();
        if n != hits {
            println!("BAD {} marks {n} hits {hits}\n{bad}", rule.code);
        }
        let good = fixture::findings(&rule.good);
        if good.lines().any(|l| {
            l.contains(&format!(" {} ", rule.code)) || l.contains(" warning ") || l.contains(" error ")
        }) {
            println!("GOOD {}\n{good}", rule.code);
        }
    }
}
