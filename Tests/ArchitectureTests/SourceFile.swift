import Foundation

/// A Swift file, as text: what these tests look at.
struct SourceFile: Sendable {
  /// Below the package's root, such as `Sources/HTTP/Router.swift`.
  let path: String
  let lines: [String]

  init(path: String, text: String) {
    self.path = path
    var lines = text.components(separatedBy: "\n")
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines
  }

  /// The target that the file belongs to: the folder below `Sources` or `Tests`.
  var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

  /// The file's name without folders and ending.
  var noun: String { path.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? "" }

  /// Each line's code without what is behind `//`, with its number. Words in comments are no violations.
  var code: [(number: Int, text: String)] {
    lines.enumerated().map { ($0.offset + 1, $0.element.components(separatedBy: "//")[0]) }
  }

  /// What the file imports, with line numbers.
  var imports: [(number: Int, module: String)] {
    let statement =
      #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|actor|protocol|typealias|func|let|var)\s+)?(\w+)/#
    return code.compactMap { line in
      line.text.firstMatch(of: statement).map { (line.number, String($0.1)) }
    }
  }
}
