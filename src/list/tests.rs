//! Files as they are read, and what rules are answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;

fn list(csv: &str) -> List {
    read(csv, Kind::Plain).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn read(csv: &str, kind: Kind) -> Result<List, Vec<String>> {
    read_bytes(csv.as_bytes(), kind)
}

fn read_bytes(csv: &[u8], kind: Kind) -> Result<List, Vec<String>> {
    let told = |diagnostic: &Diagnostic| {
        let (line, column) = diagnostic.source.position(diagnostic.span.start);
        let place = diagnostic.source.slice(diagnostic.span);
        format!("{} {line}:{column} {} [{place}]", diagnostic.code, diagnostic.message)
    };
    List::read("test", "test.csv", csv, kind, &Limits::default()).map_err(|faults| faults.iter().map(told).collect())
}

fn at(text: &str) -> DateTime {
    DateTime::parse(text).unwrap()
}

fn rows(list: &List) -> Vec<Vec<&str>> {
    let row = |row| (0..list.columns().count()).map(|column| list.cell(row, column)).collect();
    (0..list.rows() as u32).map(row).collect()
}

#[test]
fn files_are_read_as_csv() {
    for (csv, expected) in [
        ("a,b\n1,2\n3,4\n", vec![vec!["1", "2"], vec!["3", "4"]]),
        ("\u{FEFF}a,b\r\n1,2\r\n", vec![vec!["1", "2"]]),
        ("\n\n a , b \n\n1, x y \n   \n", vec![vec!["1", "x y"]]),
        ("a,b\n\"x,\"\"y\"\"\",\"l1\nl2\"\n", vec![vec!["x,\"y\"", "l1\nl2"]]),
        ("a,b\r1,2", vec![vec!["1", "2"]]),
        ("a,b\n,\n", vec![vec!["", ""]]),
        ("a,b\n\" 1 \",é\n", vec![vec!["1", "é"]]),
        ("a,b", vec![]),
    ] {
        let list = list(csv);
        assert_eq!(list.columns().collect::<Vec<_>>(), ["a", "b"], "{csv:?}");
        assert_eq!(rows(&list), expected, "{csv:?}");
    }
    assert_eq!(rows(&list("a\n\n1\n\n2\n")), [["1"], ["2"]]);
}

#[test]
fn faults_have_line_and_column() {
    let faults = |csv: &str| read(csv, Kind::Plain).unwrap_err();
    assert_eq!(faults("a,b, A\n1,2,3\n"), ["E0804 1:6 two columns are called `A` [A]"]);
    assert_eq!(faults("a,,b\n"), ["E0804 1:3 expected the name of column 2, found nothing []"]);
    assert_eq!(
        faults("a,b\n1,2\n3\n\n\r\n4,5,6\n7,8\n"),
        [
            "E0804 3:1 expected 2 cells as in the first line, found 1 [3]",
            "E0804 6:1 expected 2 cells as in the first line, found 3 [4,5,6]",
        ]
    );
    assert_eq!(faults("\u{FEFF}a,b\n1\n"), ["E0804 2:1 expected 2 cells as in the first line, found 1 [1]"]);
    assert_eq!(faults(""), ["E0804 1:1 expected the names of columns, found an empty file []"]);
    assert_eq!(faults("\n \n")[0].get(..9), Some("E0804 1:1"));
    assert_eq!(faults("a,b\n1,\"x\n2,y\n"), ["E0804 2:3 this quote is not closed [\"]"]);
    assert_eq!(
        read_bytes(b"a,b\n1,\xff\n", Kind::Plain).unwrap_err(),
        ["E0804 2:3 expected UTF-8, found a byte that is none at offset 6 [\u{FFFD}]"]
    );
    let many = "a,b\n".to_string() + &"1\n".repeat(1000);
    assert_eq!(faults(&many).len(), 100);
}

#[test]
fn files_and_cells_over_the_limit_are_faults() {
    let limits = Limits { list_file_bytes: 10, string_bytes: 3, ..Limits::default() };
    let read = |csv: &str| List::read("test", "test.csv", csv.as_bytes(), Kind::Plain, &limits).unwrap_err();
    assert_eq!(read("a,b\n1,2\n3,4\n")[0].message, "expected a list of at most 10 bytes, found 12");
    assert_eq!(read("a,b\n1,2345")[0].message, "expected a cell of at most 3 bytes, found 4");
}

#[test]
fn the_first_row_of_a_key_counts_and_a_warning_counts_the_others() {
    let list = list("key,value\na,1\nb,2\na,3\na,4\n");
    let now = DateTime::MIN;
    let warning = list.make_key(0).unwrap();
    assert_eq!(warning.message, "2 rows of `test` never count: earlier rows have their keys");
    assert_eq!((warning.code, warning.source.slice(warning.span)), (Code::REPEATED_KEYS, "key"));
    assert!(list.make_key(0).is_none(), "once is enough");
    assert!(list.make_key(1).is_none());
    assert_eq!(list.find(0, "a", now).map(|row| list.cell(row, 1)), Some("1"));
    assert_eq!(list.find(1, "4", now), Some(3));
    assert_eq!((list.find(0, "A", now), list.find(0, "", now)), (None, None));
}

#[test]
fn the_closest_key_is_the_greatest_up_to_it() {
    let list = list("key\nb\nd\nb\nf\n");
    let closest = |key| list.closest(0, key, DateTime::MIN);
    for (key, row) in [("a", None), ("b", Some(0)), ("c", Some(0)), ("d", Some(1)), ("e", Some(1)), ("z", Some(3))] {
        assert_eq!(closest(key), row, "{key}");
    }
    let empty = super::tests::list("key\n");
    assert_eq!(empty.closest(0, "a", DateTime::MIN), None);
}

const SUPPORT: &str = "Value,Status,Expiration,Comments\n\
    a,Block,2026-01-01,first\na,Safe,,second\na,Watch,,never\nb,watch,2026-06-01T12:00:00Z,\nc,SAFE,,\n";

#[test]
fn an_expired_entry_is_none() {
    let list = read(SUPPORT, Kind::Support).unwrap();
    let repeats = list.make_key(0).unwrap();
    assert_eq!(repeats.message, "1 row of `test` never counts: an earlier row has its key");
    let status = |key, now| list.find(0, key, at(now)).and_then(|row| list.status(row));
    assert_eq!(status("a", "2025-12-31T23:59:59.9999999Z"), Some(Status::Block));
    assert_eq!(status("a", "2026-01-01"), Some(Status::Safe), "expired means up to the clock");
    assert_eq!(status("a", "9999-12-31"), Some(Status::Safe));
    assert_eq!(status("b", "2026-06-01T11:59:59Z"), Some(Status::Watch));
    assert_eq!(status("b", "2026-06-01T12:00:00Z"), None);
    assert_eq!(status("c", "2026-06-01"), Some(Status::Safe));
    let closest = |key, now| list.closest(0, key, at(now)).map(|row| list.cell(row, 3));
    assert_eq!(closest("a", "2025-01-01"), Some("first"));
    assert_eq!(closest("b", "2026-12-01"), Some("second"), "the expired `b` is passed over");
}

#[test]
fn a_support_list_has_its_columns() {
    let faults = |csv: &str| read(csv, Kind::Support).unwrap_err();
    assert_eq!(
        faults("Value,State,Expires\n"),
        [
            "E0804 1:7 `State` is no column of a support list [State]",
            "E0804 1:13 `Expires` is no column of a support list [Expires]",
            "E0804 1:1 expected a column `Status`, found none [Value,State,Expires]",
        ]
    );
    assert_eq!(
        faults("Value,Status,Expiration\na,Blocked,\nb,,\nc,Safe,\"never, ever\"\n"),
        [
            "E0804 2:3 expected `Safe`, `Block` or `Watch`, found `Blocked` [Blocked]",
            "E0804 3:3 expected `Safe`, `Block` or `Watch`, found nothing []",
            "E0804 4:8 expected a time, found `never, ever` [\"never, ever\"]",
        ]
    );
}

#[test]
fn look_ups_agree_with_a_plain_search() {
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    for _ in 0..200 {
        let entries: Vec<(String, String)> = (0..random(30))
            .map(|_| {
                let end = random(5);
                (format!("k{}", random(8)), if end == 0 { String::new() } else { format!("2026-01-0{end}") })
            })
            .collect();
        let lines: String = entries.iter().map(|(key, end)| format!("{key},Safe,{end}\n")).collect();
        let list = read(&format!("Value,Status,Expiration\n{lines}"), Kind::Support).unwrap();
        for day in 1..6 {
            let now = at(&format!("2026-01-0{day}"));
            let alive = |end: &String| end.is_empty() || at(end) > now;
            for key in (0..10).map(|n| format!("k{n}")) {
                let first = entries.iter().position(|(k, end)| *k == key && alive(end)).map(|row| row as u32);
                assert_eq!(list.find(0, &key, now), first, "{key} {lines}");
                let nearest = entries.iter().filter(|(k, end)| *k <= key && alive(end)).map(|(k, _)| k).max();
                let closest = entries.iter().position(|(k, end)| Some(k) == nearest && alive(end));
                assert_eq!(list.closest(0, &key, now), closest.map(|row| row as u32), "{key} {lines}");
            }
        }
    }
}
