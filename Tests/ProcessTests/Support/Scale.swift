import Foundation
import TestSupport

extension Scale {
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
