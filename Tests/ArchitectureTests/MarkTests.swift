import Testing

/// Unsafe things are explained, and nothing in a program can end it in mid-flight.
@Suite struct MarkTests {
  @Test func nothingForbiddenStandsInSources() throws {
    let found = try SourceTree.files(below: "Sources").flatMap(Marks.forbidden)
    #expect(found == [])
  }

  @Test func everyUnsafeMarkSaysWhy() throws {
    let found = try SourceTree.files(below: "Sources").flatMap(Marks.unexplained)
    #expect(found == [])
  }

  @Test(arguments: [
    "let x = try! f()", "  fatalError(\"x\")", "let y = z as! Int", "Task { await f() }",
    "  Task.detached {}",
    "return Task{}", "_ = (Task { })",
  ])
  func aForbiddenWordIsFound(line: String) {
    let file = SourceFile(path: "Sources/HTTP/Wrong.swift", text: line)
    #expect(Marks.forbidden(in: file).count == 1)
  }

  @Test(arguments: [
    "Task(executorPreference: loop) { }", "group.addTask { }", "let t = myTask { }", "/// try! f()",
    "x as? Int",
    "try f() != 1",
  ])
  func anInnocentLineIsNot(line: String) {
    let file = SourceFile(path: "Sources/HTTP/Right.swift", text: line)
    #expect(Marks.forbidden(in: file) == [])
  }

  @Test(arguments: [
    "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "f { [unowned self] in }",
    "Unmanaged.passRetained(self)", "Unmanaged<A>.fromOpaque(p)", "unsafeBitCast(a, to: B.self)",
  ])
  func aMarkNeedsAReasonNearIt(line: String) {
    let far = "// SAFETY: too far away\n" + String(repeating: "\n", count: Marks.reach)
    #expect(Marks.unexplained(in: SourceFile(path: "a", text: far + line)).count == 1)
    let near = "// SAFETY: near enough\n" + String(repeating: "\n", count: Marks.reach - 1)
    #expect(Marks.unexplained(in: SourceFile(path: "a", text: near + line)) == [])
    #expect(Marks.unexplained(in: SourceFile(path: "a", text: line + "  // SAFETY: here")) == [])
    #expect(Marks.unexplained(in: SourceFile(path: "a", text: "// SAFETY (unowned): it is\n" + line)) == [])
    #expect(Marks.unexplained(in: SourceFile(path: "a", text: "// SAFETY matters\n" + line)).count == 1)
  }
}
