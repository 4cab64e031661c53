import Foundation
import Testing

@testable import PersonaFiles

@Suite struct OutputFileTests {
  private func write(_ text: String, to file: OutputFile) throws {
    try Array(text.utf8).withUnsafeBytes { bytes throws in try file.write(bytes) }
  }

  @Test func theFileAppearsWhole() throws {
    let folder = try TemporaryFolder()
    let file = try OutputFile("\(folder.path)/a.csv")
    try write("one\n", to: file)
    #expect(folder.names == ["a.csv.part"])
    try write("two\n", to: file)
    try file.finish()
    #expect(folder.names == ["a.csv"])
    #expect(try folder.text("a.csv") == "one\ntwo\n")
  }

  @Test func anUnfinishedFileLeavesTheOldOneAlone() throws {
    let folder = try TemporaryFolder()
    try "old".write(toFile: "\(folder.path)/a.csv", atomically: false, encoding: .utf8)
    let file = try OutputFile("\(folder.path)/a.csv")
    try write("new", to: file)
    #expect(try folder.text("a.csv") == "old")
    file.discard()
    #expect(folder.names == ["a.csv"])
    #expect(try folder.text("a.csv") == "old")
  }

  /// What a killed run left behind is no part of the next one's file.
  @Test func whatWasLeftBehindIsEmptied() throws {
    let folder = try TemporaryFolder()
    try "left behind".write(toFile: "\(folder.path)/a.csv.part", atomically: false, encoding: .utf8)
    let file = try OutputFile("\(folder.path)/a.csv")
    try write("new", to: file)
    try file.finish()
    #expect(folder.names == ["a.csv"])
    #expect(try folder.text("a.csv") == "new")
  }

  @Test func twoAtOnceAreRefused() throws {
    let folder = try TemporaryFolder()
    let first = try OutputFile("\(folder.path)/a.csv")
    let error = #expect(throws: FileError.self) { try OutputFile("\(folder.path)/a.csv") }
    #expect("\(try #require(error))".contains("another program"))
    try write("first", to: first)
    try first.finish()
    try OutputFile("\(folder.path)/a.csv").finish()
    #expect(try folder.text("a.csv") == "")
  }

  @Test func aSymbolicLinkStaysOne() throws {
    let folder = try TemporaryFolder()
    try "old".write(toFile: "\(folder.path)/a.csv", atomically: false, encoding: .utf8)
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/link.csv", withDestinationPath: "a.csv")
    let file = try OutputFile("\(folder.path)/link.csv")
    try write("new", to: file)
    try file.finish()
    #expect(folder.names == ["a.csv", "link.csv"])
    #expect(try folder.text("a.csv") == "new")
  }

  /// A device keeps its place: nothing is renamed over it.
  @Test func aDeviceIsWrittenTo() throws {
    let file = try OutputFile("/dev/null")
    try write("gone", to: file)
    try file.finish()
    var status = stat()
    #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aFullDiskIsTold() throws {
    let file = try OutputFile("/dev/full")
    let error = #expect(throws: FileError.self) { try write("x", to: file) }
    #expect(error?.code == ENOSPC)
    #expect("\(try #require(error))" == "cannot write /dev/full: No space left on device")
  }

  @Test(arguments: ["/nonexistent/a.csv", "/", "/dev/null/a.csv"])
  func whatCannotBeOpenedIsTold(path: String) {
    #expect(throws: FileError.self) { try OutputFile(path) }
  }
}
