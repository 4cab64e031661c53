import Foundation

/// docs/operations.md, as far as it names what the code has.
enum OperationsPage {
  struct Row {
    /// What stands in backquotes in the first column.
    let names: [String]
    /// And in the second one.
    let meaning: [String]
  }

  struct NoTable: Error {
    let heading: String
  }

  /// The first table under a heading, without its head.
  static func table(under heading: String) throws -> [Row] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/operations.md"), encoding: .utf8)
    let lines = page.components(separatedBy: "\n").drop { $0 != "## \(heading)" }
    let table = lines.drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
    guard table.count > 2 else { throw NoTable(heading: heading) }
    return table.dropFirst(2).map { line in
      let cells = line.components(separatedBy: " | ")
      return Row(names: quoted(cells[0]), meaning: cells.count > 1 ? quoted(cells[1]) : [])
    }
  }

  private static func quoted(_ text: String) -> [String] {
    text.components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
  }
}
