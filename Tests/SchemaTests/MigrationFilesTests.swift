import Foundation
import Schema
import Testing

@Suite struct MigrationFilesTests {
  @Test func theNextVersionAndItsListing() throws {
    let known = [Migration(1, "a", up: "", down: ""), Migration(2, "b", up: "", down: "")]
    let files = try #require(MigrationFiles(name: "add_phones", after: known, in: "folder"))
    #expect(files.up == "folder/V0003_add_phones.up.sql")
    #expect(files.down == "folder/V0003_add_phones.down.sql")
    #expect(
      files.listing
        == "Migration(3, \"add_phones\", up: PackageResources.V0003_add_phones_up_sql, "
        + "down: PackageResources.V0003_add_phones_down_sql),")
  }

  @Test(arguments: [
    "", "1st", "_x", "Add", "a b", "a-b", "../a", "a\n", "ä", String(repeating: "a", count: 61),
  ])
  func badNames(name: String) {
    #expect(MigrationFiles(name: name, in: ".") == nil)
  }

  @Test func theyAreMadeOnceAndNeverOverwritten() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try #require(MigrationFiles(name: "x", after: [], in: folder.path))
    #expect(files.create() == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    // What a new migration begins with takes nothing back.
    let down = try String(contentsOfFile: files.down, encoding: .utf8)
    #expect(!Migration(1, "x", up: "", down: down).isReversible)
    #expect(files.create() == "cannot create \(files.up): File exists")

    try FileManager.default.removeItem(atPath: files.up)
    #expect(files.create() == "cannot create \(files.down): File exists")
    #expect(!FileManager.default.fileExists(atPath: files.up))
  }

  @Test func noFolder() throws {
    let files = try #require(MigrationFiles(name: "x", in: "/nonexistent"))
    #expect(files.create()?.hasSuffix("No such file or directory") == true)
  }
}
