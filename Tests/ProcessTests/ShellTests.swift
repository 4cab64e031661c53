import Foundation
import Testing

extension ProcessTests {
  /// What the programs hand to a shell and to `man`: all of it made from the tables that parse the command line.
  @Suite struct ShellTests {
    private static let programs: [Program] = [.server, .generator, .exporter]

    /// Types `lines` into bash and gives what completion makes of them.
    private func completed(_ stage: Stage, _ lines: [String]) throws -> [String] {
      let scripts = try Self.programs.map { program in
        let script = stage.path("\(program).bash")
        try stage.run(program, ["--completion"], within: 5).outputData.write(to: URL(filePath: script))
        return script
      }
      let typed = stage.path("typed")
      try (lines.joined(separator: "\n") + "\n").write(toFile: typed, atomically: true, encoding: .utf8)
      let bash = try stage.start(
        ["/usr/bin/python3", "\(TestRun.root)/Tests/Support/complete.py", typed] + scripts)
      try bash.waitForEnd(within: 60)
      guard bash.ending == .exited(0) else { throw TestFailure("complete.py: \(bash.errors)") }
      return bash.output.split(separator: "\n").map(String.init)
    }

    @Test(.enabled(if: Terminals.areThere, Terminals.orElse)) func bashCompletes() throws {
      try onStage { stage in
        for name in ["keys one", "customers.csv"] { try Data().write(to: URL(filePath: stage.path(name))) }
        let folder = stage.path("")
        // Each as it is typed, and as it then stands there.
        let cases = [
          ("server mig", "server migrate "),
          ("server migrate st", "server migrate status "),
          ("server postgresql://u:p@h:5432/db mig", "server postgresql://u:p@h:5432/db migrate "),
          ("server 'host=a port=5' migrate st", "server 'host=a port=5' migrate status "),
          ("server --statement-time", "server --statement-timeout "),
          ("server --log j", "server --log json "),
          ("server --log=j", "server --log=json "),
          ("server --metrics-open=t", "server --metrics-open=true "),
          ("*server --log-level=", "server --log-level=debug error info warning "),
          ("*server health --", "server health --help --help-all --host --port "),
          ("server script load_data \(folder)cust", "server script load_data \(folder)customers.csv "),
          ("server --host x heal", "server --host x health "),
          ("server --port ", "server --port "),
          ("/opt/bin/server --host x --statement", "/opt/bin/server --host x --statement-timeout "),
          ("server serve --api-keys-file \(folder)ke", "server serve --api-keys-file \(folder)keys\\ one "),
          ("server --api-keys-file=\(folder)ke", "server --api-keys-file=\(folder)keys\\ one "),
          ("exporter ver", "exporter verify "),
          ("exporter verify \(folder)cust", "exporter verify \(folder)customers.csv "),
          (
            "exporter verify \(folder)customers.csv --stall",
            "exporter verify \(folder)customers.csv --stall-timeout "
          ),
          ("exporter -o \"\(folder)ke", "exporter -o \"\(folder)keys one\" "),
          ("generator --app", "generator --append "),
        ]
        let lines = try completed(stage, cases.map(\.0))
        try #require(lines.count == cases.count)
        for ((typed, expected), line) in zip(cases, lines) { #expect(line == expected, "\(typed)") }
      }
    }

    /// An option that one of the three forgets cannot be found by somebody.
    @Test(.enabled(if: Terminals.areThere, Terminals.orElse)) func helpManualAndCompletionKnowTheSameOptions()
      throws
    {
      try onStage { stage in
        let commands: [(Program, [String])] = [
          (.server, ["serve"]), (.server, ["health"]), (.server, ["import", "customers"]),
          (.server, ["script", "generate_data"]), (.server, ["script", "load_data"]), (.generator, []),
          (.exporter, []), (.exporter, ["verify"]),
        ]
        let lines = try completed(
          stage, commands.map { "*\(([$0.0.rawValue] + $0.1).joined(separator: " ")) --" })
        try #require(lines.count == commands.count)
        for ((program, words), line) in zip(commands, lines) {
          let offered = Set(line.split(separator: " ").filter { $0.hasPrefix("--") }.map(String.init))
          var help = try stage.run(program, words + ["--help-all"], within: 5).output
          // Options that two commands share are told by the help of one of them.
          if let other = help.firstMatch(of: /see \w+ ([a-z ]+) --help-all/)?.1 {
            help += try stage.run(
              program, other.split(separator: " ").map(String.init) + ["--help-all"], within: 5
            )
            .output
          }
          let told = Set(help.matches(of: /(?m)^  (?:-., )?(--[a-z-]+)/).map { String($0.1) })
          #expect(offered.count >= 3)
          #expect(offered == told, "\(program) \(words)")
          let page = try stage.run(program, ["--man"], within: 5).output.replacing("\\-", with: "-")
          let described = Set(page.matches(of: /\\fB(--[a-z-]+)\\fR/).map { String($0.1) })
          #expect(offered.subtracting(described).isEmpty, "\(program) \(words)")
        }
      }
    }

    /// Images of Debian leave the data of groff out.
    private static let groffIsWhole = FileManager.default.fileExists(
      atPath: "/usr/share/groff/current/tmac/an.tmac")

    @Test(.enabled(if: groffIsWhole, "groff's data is not installed here"))
    func theManualPagesRenderWithoutAWarning() throws {
      try onStage { stage in
        for program in Self.programs {
          let page = stage.path("\(program).1")
          try stage.run(program, ["--man"], within: 5).outputData.write(to: URL(filePath: page))
          let lint = try stage.start(["/usr/bin/mandoc", "-T", "lint", "-W", "all", page])
          #expect(try lint.waitForEnd(within: 10) == .exited(0), "\(program): \(lint.output)")
          #expect(lint.output.isEmpty, "\(program): \(lint.output)")
          let groff = try stage.start(["/usr/bin/groff", "-ww", "-man", "-Tutf8", "-P-cbou", page])
          #expect(try groff.waitForEnd(within: 10) == .exited(0))
          #expect(groff.errors.isEmpty, "\(program): \(groff.errors)")
          for heading in ["SYNOPSIS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"] {
            #expect(groff.output.contains(heading), "\(program)")
          }
        }
      }
    }

    @Test func theCompletionIsCleanShell() throws {
      try onStage { stage in
        for program in Self.programs {
          let script = stage.path("\(program).bash")
          try stage.run(program, ["--completion"], within: 5).outputData.write(to: URL(filePath: script))
          let check = try stage.start(["/usr/bin/shellcheck", "--shell=bash", script])
          #expect(try check.waitForEnd(within: 20) == .exited(0), "\(program): \(check.output)")
        }
      }
    }
  }
}
