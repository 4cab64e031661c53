import Foundation

/// How much the tests do: enough for a look by default, the sizes that were promised with `ROSTER_FULL=1`.
enum Scale {
  static let isFull = ProcessInfo.processInfo.environment["ROSTER_FULL"] == "1"

  /// Customers of an ordinary export.
  static let rows = isFull ? 1_000_000 : 100_000
  /// Requests of the load over 64 connections.
  static let requests = isFull ? 200_000 : 40_000
  /// A deadline for what takes the longer the more rows there are.
  static let patience: Double = isFull ? 900 : 90
}

/// Tells whoever reads the tests' output what was measured.
func note(_ line: String) {
  FileHandle.standardError.write(Data("  measured: \(line)\n".utf8))
}
