/// Words that are not to stand in `Sources`, or not without a reason beside them.
enum Marks {
  /// Each of these gives up a check of the compiler. A `SAFETY:` (or `SAFETY (unowned):`) comment on the line, or at most this many lines above,
  /// says why that is sound: next to a declaration, or at the head of the function that does it.
  static let reach = 12

  /// What can end the process, or leaves its loop.
  static func forbidden(in file: SourceFile) -> [String] {
    let words = #/\btry!|\bfatalError\(|\bas!|(?:^|[^.\w])Task(?:\s*\{|\.detached|\(\))/#
    return file.code.compactMap { line in
      line.text.firstMatch(of: words).map { "\(file.path):\(line.number): \($0.0)" }
    }
  }

  /// Unsafe marks without a reason near them.
  static func unexplained(in file: SourceFile) -> [String] {
    let marks =
      #/@unchecked Sendable|\bunowned\b|\bUnmanaged[.<]|nonisolated\(unsafe\)|\bunsafeBitCast\(|\bassumeIsolated\b/#
    return file.code.compactMap { line in
      guard let mark = line.text.firstMatch(of: marks) else { return nil }
      let near = file.lines[max(0, line.number - 1 - reach)..<line.number]
      return near.contains { $0.contains(#/SAFETY( \(\w+\))?:/#) }
        ? nil : "\(file.path):\(line.number): \(mark.0)"
    }
  }

  /// Names that say where things were put, not what they are.
  static func isVague(_ noun: String) -> Bool {
    noun.firstMatch(of: #/Util|Common|Helper|Manager|Misc/#) != nil
  }
}
