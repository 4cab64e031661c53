import Foundation
import Schema
import Testing

@Suite struct KnownMigrationsTests {
  private let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources/Schema/Migrations")

  @Test func versionsHaveNoGaps() {
    #expect(Migration.all.map(\.version) == Array(1...Migration.all.count))
  }

  /// A file that nobody listed would never be applied.
  @Test func everyFileIsKnownAndEveryMigrationHasItsFiles() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    let expected = Migration.all.flatMap { migration in
      ["down", "up"].map { "V\(migration.title.replacing(" ", with: "_")).\($0).sql" }
    }
    #expect(files == expected.sorted())
    for migration in Migration.all {
      let base = "V\(migration.title.replacing(" ", with: "_"))"
      #expect(
        try String(contentsOf: folder.appending(path: "\(base).up.sql"), encoding: .utf8) == migration.up)
      #expect(
        try String(contentsOf: folder.appending(path: "\(base).down.sql"), encoding: .utf8) == migration.down)
    }
  }

  /// They run inside a transaction of ours. What stands between dollars is the body of a function.
  @Test func noneEndsItsTransaction() {
    for migration in Migration.all {
      let lines = (migration.up + ";\n" + migration.down).split(separator: "\n")
      let statements = lines.filter { !$0.drop(while: \.isWhitespace).hasPrefix("--") }.joined(
        separator: "\n")
      let code = statements.components(separatedBy: "$$").enumerated().filter { $0.offset % 2 == 0 }
        .map(\.element).joined(separator: "body")
      for statement in code.split(separator: ";") {
        let first = statement.split(whereSeparator: \.isWhitespace).first?.uppercased() ?? ""
        #expect(!["BEGIN", "COMMIT", "ROLLBACK", "START", "END", "ABORT"].contains(first), "\(statement)")
      }
    }
  }

  /// `printf '' | sha256sum` and `printf 'SELECT 1;' | sha256sum`.
  @Test func checksums() {
    #expect(
      Migration(1, "a", up: "", down: "").checksum
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Migration(1, "a", up: "SELECT 1;", down: "x").checksum
        == "17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a")
  }
}
