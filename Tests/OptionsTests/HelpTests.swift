import Options
import Testing

@Suite struct HelpTests {
  private func shown(_ arguments: String...) throws -> String {
    guard case .show(let text) = try Sample.program.request(ArgumentVector(arguments), environment: [:])
    else {
      return "it ran"
    }
    return text
  }

  @Test func wholeProgram() throws {
    #expect(
      try shown("--help") == """
        Usage: server <connection_url> [COMMAND] [options]

        Serves the customers.

        Commands (server serve --help says more of that one, and so on):
          serve             Serve until told to stop
          migrate up        Apply what is missing
          migrate down      Take the last step back
          migrate new NAME  Make files for a migration
          import interactions FILE [SHEET]
                            Read a workbook

        Options: --help, --help-all, --version, --man, --completion

        Examples:
          server postgresql:///roster
          server postgresql:///roster --port 8080

        """)
    #expect(
      try shown("--help-all").contains(
        """

        Options:
          -h, --help    show this help
          --help-all    show all options, and the exit codes
          --version     show the version
          --man         print the manual page
          --completion  print the completion for bash

        Examples:

        """))
  }

  @Test func whatMostNeed() throws {
    #expect(
      try shown("serve", "--help") == """
        Usage: server <connection_url> [serve] [options]

        Serve until told to stop.

        Options:
          --host ADDRESS        where to listen [127.0.0.1]
          -p, --port N          port to listen on [5000]
          --log auto|json|text  how to log [auto]
          --level WORD          what to log: debug|info|warning|error [info]
          -h, --help            show this help
          --help-all            show all options, and the exit codes

        Defaults are in brackets. --host is also read from ROSTER_HOST, and so on.

        Examples:
          server postgresql:///roster
          server postgresql:///roster --port 8080

        """)
  }

  @Test func optionsInGroups() throws {
    #expect(
      try shown("serve", "--help-all") == """
        Usage: server <connection_url> [serve] [options]

        Serve until told to stop.

        Listening:
          --host ADDRESS        where to listen [127.0.0.1]
          -p, --port N          port to listen on [5000]
          --loops N             event loops, one thread each [one per core]
          --page-budget SIZE    memory for pages that wait [32MiB]
          --timeout TIME        how long to wait [30s, or $MSSQL_TIMEOUT]
        The rest:
          --log auto|json|text  how to log [auto]
          --level WORD          what to log: debug|info|warning|error [info]
          --bom                 begin with a byte order mark
          --key KEY             the key [or $ROSTER_API_KEY]
          --api-keys-file FILE  a file of keys, one a line [none]
          --replace             empty the table first
        Help:
          -h, --help            show this help
          --help-all            show all options, and the exit codes

        Defaults are in brackets. --host is also read from ROSTER_HOST, and so on.

        Examples:
          server postgresql:///roster
          server postgresql:///roster --port 8080

        """)
  }

  @Test func oneCommand() throws {
    let text = try shown("migrate", "new", "--help")
    #expect(text.hasPrefix("Usage: server [connection_url] migrate new NAME [options]\n"))
    #expect(text.contains("  NAME  what it does\n"))
    #expect(!text.contains("--port"))
  }

  @Test func exitCodes() throws {
    let program = Program(
      "exporter", version: "1", summary: "Exports",
      commands: [
        Command(summary: "Exports", exits: [.init(0, "done"), .init(130, "stopped"), .init(143, "stopped")])
      ])
    let request = try program.request(ArgumentVector(["--help-all"]), environment: [:])
    guard case .show(let text) = request else { return }
    #expect(text.contains("\nExit codes: 0 done; 130, 143 stopped.\n"))
  }

  @Test func helpWinsOverMistakes() throws {
    #expect(try shown("--port", "abc", "--help").hasPrefix("Usage:"))
    #expect(try shown("--prot", "-h").hasPrefix("Usage:"))
    #expect(try shown("migrate", "--help").hasPrefix("Usage:"))
  }

  @Test func version() throws {
    #expect(try shown("--version") == "server 1.2.3\n")
  }

  @Test func fitsAScreen() throws {
    for text in [try shown("--help"), try shown("serve", "--help"), try shown("migrate", "up", "--help")] {
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
  }

  @Test func everySettingHasAVariableAndNoTwoShareOne() {
    for command in Sample.program.commands {
      let variables = command.options.filter { $0.kind != .action }.map(\.environment)
      #expect(!variables.contains(nil))
      #expect(Set(variables).count == variables.count)
    }
  }
}
