import Testing

@testable import Options

@Suite struct ManualPageTests {
  private var page: String { Sample.program.manualPage }

  @Test func saysEverything() {
    for option in Sample.program.allOptions {
      let name = option.name.replacing("-", with: "\\-")
      #expect(page.contains("\\-\\-\(name)\\fR"), "\(option.name)")
      if let variable = option.environment { #expect(page.contains("\\fB\(variable)\\fR"), "\(variable)") }
    }
    for command in Sample.program.commands {
      #expect(page.contains(".SS \"\(Sample.program.form(of: command).replacing("-", with: "\\-"))\""))
    }
  }

  @Test func anOptionWithItsBoundsDefaultAndVariable() {
    #expect(
      page.contains(
        """
        .TP
        \\fB\\-p\\fR, \\fB\\-\\-port\\fR \\fIN\\fR
        Port to listen on. From 0 to 65535. Default: 5000. In the environment:
        ROSTER_PORT.
        """))
    #expect(page.contains("A file of keys, one a line. Lines that begin with # are comments."))
  }

  /// What is text in the tables is text on the page, whatever it looks like.
  @Test func nothingIsTakenForARequest() {
    let nasty = Option.text("nasty", placeholder: "X", help: ".so /etc/passwd").explained(
      "'quoted' at \\ the ~ start ^ of `a` -line.")
    let program = Program(
      "p", version: "1", summary: "'s",
      commands: [Command(summary: ".TH", options: [nasty], examples: [".ab"])])
    let requests = program.manualPage.split(separator: "\n").filter { $0.first == "." || $0.first == "'" }
    #expect(
      Set(requests.map { $0.prefix { $0 != " " } }).isSubset(of: [
        ".TH", ".nh", ".ad", ".SH", ".PP", ".TP", ".nf", ".fi",
      ]))
    #expect(
      program.manualPage.replacing("\n", with: " ").contains(
        "\\&.so /etc/passwd. \\(aqquoted\\(aq at \\(rs the \\(ti start \\(ha of \\(gaa\\(ga \\-line."))
  }

  @Test func isAskedForByAnOption() throws {
    guard case .show(let text) = try Sample.program.request(ArgumentVector(["--man"]), environment: [:])
    else {
      Issue.record("it ran")
      return
    }
    #expect(text == page)
  }
}
