import Foundation
import SQLite
import Testing

@Suite struct SQLiteTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func withFolder(_ body: (String) throws -> Void) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path + "/a.sqlite")
  }

  @Test func valuesComeBackAsTheyWere() throws {
    try withFolder { path in
      let texts: [String?] = [
        "", "a'b\"c", "\n", "日本語", nil, "\u{0}x", "1", String(repeating: "é", count: 100_000),
      ]
      let database = try SQLiteDatabase(path, .write)
      try database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
      try database.execute("BEGIN")
      let insert = try SQLiteStatement(database, declared: "INSERT INTO t VALUES (?, ?)")
      for (id, text) in texts.enumerated() {
        try insert.bind(Int64.max - Int64(id), at: 1)
        if var text {
          try text.withUTF8 { bytes in
            try insert.bind(textInPlace: UnsafeRawBufferPointer(bytes), at: 2)
            #expect(try !insert.step())
          }
        } else {
          try insert.bindNull(2)
          #expect(try !insert.step())
        }
        insert.reset()
      }
      try database.execute("COMMIT")
      let again = try SQLiteDatabase(path, .read)
      let query = try SQLiteStatement(again, declared: "SELECT id, text FROM t ORDER BY id DESC")
      #expect(query.columnNames == ["id", "text"])
      for (id, text) in texts.enumerated() {
        #expect(try query.step())
        #expect(query.integer(0) == Int64.max - Int64(id))
        #expect(query.isNull(1) == (text == nil))
        #expect(query.text(1).map { String(decoding: $0, as: UTF8.self) } == text)
      }
      #expect(try !query.step())
    }
  }

  @Test func closingWantsTheStatementsGone() throws {
    try withFolder { path in
      let database = try SQLiteDatabase(path, .write)
      var statement: SQLiteStatement? = try SQLiteStatement(database, declared: "SELECT 1")
      #expect(throws: SQLiteError.self) { try database.close() }
      #expect(try statement?.step() == true)
      statement = nil
      try database.close()
    }
  }

  @Test func errorsSayWhatAndWhere() throws {
    try withFolder { path in
      let missing = #expect(throws: SQLiteError.self) { try SQLiteDatabase(path, .read) }
      #expect(missing?.description.contains("No such file") == true)
      _ = FileManager.default.createFile(
        atPath: path, contents: Data(String(repeating: "x", count: 5000).utf8))
      let database = try SQLiteDatabase(path, .read)
      let noDatabase = #expect(throws: SQLiteError.self) {
        _ = try SQLiteStatement(database, declared: "SELECT * FROM t")
      }
      #expect(noDatabase?.isDamage == true)
    }
  }
}
