//! R1.3, R1.4: whatever a rule still uses cannot be taken away under it. All that can be wrong with a folder, in one folder: the
//! whole of what its author is shown. `UPDATE_EXPECT=1` writes what comes out into `broken.txt`; read it before you keep it.

use super::Folder;
use fql::diagnostic::render::render;
use std::path::Path;

const PURCHASE: &str = r#"RULE "Deleted"
CLAUSE "list"
  RETURN Reject("blocked") WHEN ContainsKey("blocked bins", "bin", @"card.bin")
CLAUSE "support list"
  RETURN Reject("blocked") WHEN IsBlock("customers", @"user.email")
CLAUSE "column"
  RETURN Reject("embargo") WHEN ContainsKey("regions", "land", @"user.country")
CLAUSE "call"
  RETURN Review("risky") WHEN External.reputation(@"device.ip").risk == "high"
CLAUSE "function"
  RETURN Review("new") WHEN Functions.Customer(@"user.created").isNew
CLAUSE "environment"
  RETURN Review("new") WHEN Functions.environment["asia"].Total(@"amount").sum > 5
CLAUSE "velocity"
  RETURN Review("often") WHEN Velocity.orders(@"user.id", 7d) > 3
CLAUSE "assessment"
  RETURN Review("login") WHEN Assessments.login.Evaluate(id = @"user.id").decision == "Reject"
"#;

const FUNCTIONS: &str = r#"FUNCTION Total(_amount: Double)
OUTPUT sum: Double
  RETURN _amount
OUTPUT Sum: Double
  RETURN _amount * 2
FUNCTION total()
OUTPUT sum: Double
  RETURN 1.0
FUNCTION Chicken()
OUTPUT first: Boolean
  RETURN Functions.Egg().first
FUNCTION Egg()
OUTPUT first: Boolean
  RETURN Functions.Chicken().first
FUNCTION ()
OUTPUT nameless: Double
  RETURN 1.0
"#;

#[cfg(unix)]
#[test]
fn everything_that_can_be_broken_is_shown_in_one_run() {
    let folder = Folder::new(&[
        (
            "fql.toml",
            "[assessments.purchase]\n[assessments.returns]\n[limit]\nsteps = 500\n[engine]\non_eror = \"fail\"\n",
        ),
        ("purchase/rules/010-deleted.fql", PURCHASE),
        (
            "purchase/rules/020-twice.fql",
            "RULE \"Amount\"\nCLAUSE \"high\"\n  RETURN Review() WHEN @\"amount\" > 5\nCLAUSE \"High\"\n  RETURN Reject() WHEN @\"amount\" > 9\n",
        ),
        ("purchase/rules/030-again.fql", "RULE \"amount\"\nRETURN Review() WHEN @\"items\" > 5\n"),
        ("functions/all.fql", FUNCTIONS),
        ("lists/embargo.csv", "country,reason\nKP,sanctions\nSY\n"),
        ("lists/regions.csv", "country,region\nNL,eu\n"),
        ("lists/places.csv", "country,Country\nKP,x\n"),
        ("external/score.toml", "parameters = [{ nam = \"ip\" }]\ntimeout_ms = 9000\n"),
        ("environments/eu/fql.toml", "[assessments.purchase]\n"),
        ("environments/eu/purchase/rules/a.fql", "RETURN Review() WHEN Functions.parent.Totl(@\"amount\").sum > 5\n"),
        ("../outside.fql", "RETURN Review()"),
    ]);
    folder.write("purchase/rules/040-bytes.fql", b"RETURN Reject(\"caf\xe9\")\n");
    folder.write("lists/latin.csv", b"name\ncaf\xe9\n");
    std::os::unix::fs::symlink(folder.path("../outside.fql"), folder.path("purchase/rules/050-link.fql")).unwrap();
    let (engine, diagnostics) = folder.builder().check();
    assert!(engine.is_none());
    let shown = render(&diagnostics, false).replace(&folder.path("").display().to_string(), "shop/");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/environment/broken.txt");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &shown).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    assert!(shown == expected, "expected:\n{expected}\nfound:\n{shown}");
}
