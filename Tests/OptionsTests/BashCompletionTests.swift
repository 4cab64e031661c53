import Testing

@testable import Options

/// The tables of the script; what bash makes of it is tested with the programs.
@Suite struct BashCompletionTests {
  private var script: String { Sample.program.bashCompletion }

  @Test func commandsByWhatStandsBeforeThem() {
    #expect(script.contains("    [/]=\"serve migrate import\"\n    [/migrate]=\"up down new\"\n"))
    #expect(script.contains("    [/import]=\"interactions\"\n"))
  }

  @Test func everyOptionOfEveryCommand() {
    for command in Sample.program.commands {
      let names = (command.options.map(\.name) + ["help", "help-all"]).map { "--\($0)" }.joined(
        separator: " ")
      #expect(script.contains("    [/\(command.path.joined(separator: "/"))]=\"\(names)\"\n"))
    }
  }

  @Test func valuesByTheirKind() {
    for row in [
      "[--log]=\"auto json text\"", "[--port]=\"\"", "[-p]=\"\"", "[--bom=]=\"true false\"",
      "[--api-keys-file]=\"FILE\"",
    ] {
      #expect(script.contains("    \(row)\n"), "\(row)")
    }
    #expect(!script.contains("[--replace"))
  }

  @Test func operandsThatAreFiles() {
    #expect(script.contains("    [/import/interactions:0]=\"FILE\"\n"))
    #expect(!script.contains("[/migrate/new:0]"))
  }
}
