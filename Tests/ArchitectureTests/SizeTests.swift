import Testing

/// Small files with a noun for a name.
@Suite struct SizeTests {
  @Test func noFileIsLong() throws {
    let files = try SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests")
    let long = files.filter { $0.lines.count > 500 }.map { "\($0.path): \($0.lines.count) lines" }
    #expect(long == [])
  }

  @Test func mostFilesAreShort() throws {
    let counts = try SourceTree.files(below: "Sources").map(\.lines.count).sorted()
    try #require(counts.count > 20)
    #expect(counts[counts.count / 2] < 100)
    #expect(counts[counts.count * 9 / 10] < 300)
  }

  @Test func filesAreNamedAfterWhatTheyHold() throws {
    let files = try SourceTree.files(below: "Sources") + SourceTree.files(below: "Tests")
    #expect(files.filter { Marks.isVague($0.noun) }.map(\.path) == [])
  }

  @Test func linesAreCountedWithoutTheLastLineFeed() {
    #expect(SourceFile(path: "Sources/A/B.swift", text: "a\nb\n").lines.count == 2)
    #expect(SourceFile(path: "Sources/A/B.swift", text: "a\nb").lines.count == 2)
  }
}
