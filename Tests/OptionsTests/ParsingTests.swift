import Options
import Testing

@Suite struct ParsingTests {
  let program = Sample.program

  @Test func defaultsHold() throws {
    let parsed = try program.parse([])
    #expect(parsed.command == ["serve"])
    #expect(parsed.connectionURL == nil)
    #expect(parsed[Sample.host] == "127.0.0.1")
    #expect(parsed[Sample.port] == 5000)
    #expect(parsed[Sample.loops] == nil)
    #expect(parsed[Sample.budget] == 33_554_432)
    #expect(parsed[Sample.timeout] == .seconds(30))
    #expect(parsed[Sample.log] == "auto")
    #expect(parsed[Sample.bom] == false)
    #expect(parsed[Sample.key] == nil)
    #expect(parsed[Sample.replace] == false)
    #expect(parsed.source(of: Sample.port) == .byDefault)
  }

  @Test(arguments: [
    ["--port=80", "--host=h"], ["--port", "80", "--host", "h"], ["-p80", "--host", "h"],
    ["-p", "80", "--ho=h"],
    ["serve", "--port", "80", "--host", "h"], ["--port", "80", "serve", "--host", "h"],
    ["--port", "1", "--host=h", "serve", "--port=80"],
  ])
  func everyFormOfAnOption(arguments: [String]) throws {
    let parsed = try program.parse(arguments)
    #expect(parsed[Sample.port] == 80)
    #expect(parsed[Sample.host] == "h")
    #expect(parsed.command == ["serve"])
    #expect(parsed.source(of: Sample.port) == .argument)
  }

  @Test func argumentsWinOverTheEnvironment() throws {
    let environment: Environment = ["ROSTER_PORT": "1", "ROSTER_HOST": "e", "MSSQL_TIMEOUT": "5"]
    let parsed = try program.parse(["--port", "2"], environment: environment)
    #expect(parsed[Sample.port] == 2)
    #expect(parsed[Sample.host] == "e")
    #expect(parsed[Sample.timeout] == .seconds(5))
    #expect(parsed.source(of: Sample.host) == .environment)
  }

  @Test func anEmptyVariableIsUnset() throws {
    let parsed = try program.parse([], environment: ["ROSTER_PORT": "", "ROSTER_API_KEY": ""])
    #expect(parsed[Sample.port] == 5000)
    #expect(parsed[Sample.key] == nil)
  }

  @Test func anActionIsNotReadFromTheEnvironment() throws {
    #expect(Sample.replace.definition.environment == nil)
    let parsed = try program.parse([], environment: ["ROSTER_REPLACE": "true"])
    #expect(parsed[Sample.replace] == false)
  }

  @Test func togglesCanBeTurnedOffAgain() throws {
    #expect(try program.parse(["--bom"])[Sample.bom])
    let on: Environment = ["ROSTER_BOM": "on"]
    #expect(try program.parse([], environment: on)[Sample.bom])
    #expect(try program.parse(["--bom=false"], environment: on)[Sample.bom] == false)
  }

  @Test func aToggleDoesNotSwallowTheNextArgument() throws {
    let parsed = try program.parse(["--bom", "serve"])
    #expect(parsed.command == ["serve"])
    #expect(parsed[Sample.bom])
  }

  @Test(arguments: ["postgresql://u:p@h/db", "postgresql:///db", "dbname=roster", "host=/run user=u"])
  func aConnectionURLComesFirst(url: String) throws {
    let served = try program.parse([url])
    #expect(served.connectionURL == url)
    #expect(served.command == ["serve"])
    let migrated = try program.parse([url, "migrate", "new", "add=column"])
    #expect(migrated.command == ["migrate", "new"])
    #expect(migrated.operands == ["add=column"])
    let without = try program.parse(["migrate", "new", "add=column"])
    #expect(without.connectionURL == nil)
    #expect(without.operands == ["add=column"])
  }

  @Test func optionsMayStandAnywhereAndEndAtTwoDashes() throws {
    let parsed = try program.parse(["import", "--", "interactions", "--sheet.xlsx", "-x"])
    #expect(parsed.command == ["import", "interactions"])
    #expect(parsed.operands == ["--sheet.xlsx", "-x"])
    let dash = try program.parse(["import", "interactions", "-"])
    #expect(dash.operands == ["-"])
  }

  @Test func negativeNumbersAreValues() throws {
    let from = Option.integer("from", default: 0, in: Int.min...Int.max, help: "where to start")
    let program = Program("p", version: "1", summary: "s", commands: [Command(summary: "s", options: [from])])
    #expect(try program.parse(["--from", "-5"])[from] == -5)
    #expect(try program.parse(["--from=-9223372036854775808"])[from] == .min)
  }

  @Test(arguments: [
    ("1500", 1500), ("64k", 65_536), ("64KiB", 65_536), ("1.5M", 1_572_864), ("1MB", 1_000_000),
    ("2g", 2 << 30),
    ("32 MiB", 32 << 20),
  ])
  func sizes(text: String, bytes: Int) throws {
    let size = Option.size("size", default: 0, in: 0...Int.max, help: "a size")
    let program = Program("p", version: "1", summary: "s", commands: [Command(summary: "s", options: [size])])
    #expect(try program.parse(["--size", text])[size] == bytes)
  }

  @Test(arguments: [
    ("500ms", 500), ("30", 30_000), ("30s", 30_000), ("1.5s", 1500), ("0.05", 50), ("5m", 300_000),
    ("1h", 3_600_000), ("1d", 86_400_000),
  ])
  func durations(text: String, milliseconds: Int) throws {
    #expect(try program.parse(["--timeout", text])[Sample.timeout] == .milliseconds(milliseconds))
  }
}
