import Options
import Testing

/// What is wrong and how to put it right, in one line.
@Suite struct MistakeTests {
  @Test func unknownOptions() {
    #expect(Sample.mistake("--prot", "1") == #"unknown option "--prot"; did you mean --port?"#)
    #expect(Sample.mistake("--prot=1") == #"unknown option "--prot"; did you mean --port?"#)
    #expect(Sample.mistake("--zzzzzz") == #"unknown option "--zzzzzz"; --help lists the options"#)
    #expect(Sample.mistake("-z") == "unknown option -z; --help lists the options")
    #expect(Sample.mistake("--h") == "--h could be --host, --help or --help-all; write one in full")
  }

  @Test func missingAndSuperfluousValues() {
    #expect(Sample.mistake("--port") == "--port needs a value; write --port N")
    #expect(Sample.mistake("-p") == "--port needs a value; write --port N")
    #expect(Sample.mistake("--replace=yes") == "--replace takes no value; write it alone")
    #expect(Sample.mistake("--host", "") == "--host: the value is empty; give one or leave the option out")
    #expect(
      Sample.mistake("--host", "--port", "5")
        == "--host: a value is missing before --port; write --host ADDRESS, or --host=--port if that is the value"
    )
  }

  @Test(arguments: [
    ("port", "abc", #""abc" is no whole number; give 0 to 65535, such as --port 1"#),
    ("port", "1.5", #""1.5" is no whole number; give 0 to 65535, such as --port 1"#),
    ("port", "65536", #""65536" is too large; give 0 to 65535, such as --port 65535"#),
    ("port", "-1", #""-1" is too small; give 0 to 65535, such as --port 0"#),
    (
      "port", "99999999999999999999",
      #""99999999999999999999" is too large; give 0 to 65535, such as --port 65535"#
    ),
    ("page-budget", "lots", #""lots" is no size; give 1MiB to 1TiB, such as --page-budget 1MiB"#),
    ("page-budget", "9e18", #""9e18" is no size; give 1MiB to 1TiB, such as --page-budget 1MiB"#),
    ("page-budget", "1", #""1" is too small; give 1MiB to 1TiB, such as --page-budget 1MiB"#),
    ("timeout", "soon", #""soon" is no span of time; give 1ms to 1d, such as --timeout 1ms"#),
    ("timeout", "0", #""0" is too small; give 1ms to 1d, such as --timeout 1ms"#),
    ("log", "jsno", #""jsno" is not one of the choices; use auto, json or text, such as --log json"#),
  ])
  func badValues(name: String, value: String, message: String) {
    #expect(Sample.mistake("--\(name)", value) == "--\(name): \(message)")
  }

  @Test func aBadToggle() {
    #expect(
      Sample.mistake("--bom=maybe")
        == #"--bom: "maybe" is neither on nor off; use true or false, such as --bom=true"#)
  }

  @Test func aBadVariableIsNamed() {
    #expect(
      Sample.mistake(environment: ["ROSTER_PORT": "http"])
        == #"ROSTER_PORT: "http" is no whole number; give 0 to 65535, such as ROSTER_PORT=1"#)
    #expect(
      Sample.mistake(environment: ["MSSQL_TIMEOUT": "x"])
        == #"MSSQL_TIMEOUT: "x" is no span of time; give 1ms to 1d, such as MSSQL_TIMEOUT=1ms"#)
  }

  @Test func commands() {
    #expect(Sample.mistake("sevre") == #"unknown command "sevre"; did you mean serve?"#)
    #expect(Sample.mistake("xyzzy") == #"unknown command "xyzzy"; use serve, migrate or import"#)
    #expect(Sample.mistake("migrate") == "migrate needs one of up, down or new behind it")
    #expect(Sample.mistake("migrate", "sideways") == "migrate needs one of up, down or new behind it")
    #expect(
      Sample.mistake("migrate", "up", "twice")
        == #""twice" is one argument too many; the form is: server <connection_url> migrate up [options]"#)
    #expect(
      Sample.mistake("migrate", "new")
        == "NAME is missing; the form is: server [connection_url] migrate new NAME [options]")
    #expect(Sample.mistake("migrate", "up", "--port", "1") == "--port belongs to serve, not to migrate up")
    #expect(Sample.mistake("--dry-run") == "--dry-run belongs to migrate up or migrate down, not to serve")
  }

  @Test func itStaysOneLine() {
    let message = Sample.mistake("--port", "a\nb\u{1B}[31m\u{2028}\u{202E}")
    #expect(message.contains(#""a\nb\u{1b}[31m\u{2028}\u{202e}" is no whole number"#))
    let long = Sample.mistake("--port", String(repeating: "x", count: 5000))
    #expect(long.count < 200)
  }

  @Test func theFirstMistakeIsTold() {
    #expect(Sample.mistake("--prot", "--zzz") == #"unknown option "--prot"; did you mean --port?"#)
  }
}
