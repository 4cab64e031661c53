import Testing

/// The arrows between the modules point one way.
@Suite struct ImportTests {
  @Test func everyImportFollowsTheArrows() throws {
    let manifest = try SourceTree.manifest()
    let violations = try SourceTree.files(below: "Sources").flatMap {
      Layers.violations(in: $0, manifest: manifest)
    }
    #expect(violations == [])
  }

  /// An arrow that nothing uses any more goes from the picture too.
  @Test func everyDeclaredDependencyIsImported() throws {
    var imported: [String: Set<String>] = [:]
    for file in try SourceTree.files(below: "Sources") {
      imported[file.module, default: []].formUnion(file.imports.map(\.module))
    }
    let unused = try SourceTree.manifest().targets.flatMap { target, declared in
      declared.subtracting(imported[target, default: []]).map { "\(target) → \($0)" }
    }
    #expect(unused.sorted() == [])
  }

  @Test func everyTargetHasALayerAndTests() throws {
    let manifest = try SourceTree.manifest()
    let layered = Layers.order.reduce(into: Set()) { $0.formUnion($1) }
    #expect(Set(manifest.targets.keys) == layered)
    #expect(layered.subtracting(manifest.tested).sorted() == [])
  }

  @Test(arguments: [
    ("HTTP", "import Foundation", "neither ours"),
    ("HTTP", "public import struct Foundation.Date", "neither ours"),
    ("HTTP", "@preconcurrency internal import Dispatch", "neither ours"),
    ("HTTP", "import Postgres", "not below"),
    ("EventLoop", "import HTTP", "not below"),
    ("Server", "@testable import Exporter", "not below"),
    ("JSON", "import EventLoop", "does I/O"),
    ("Customers", "import EventLoop", "not below"),
    ("Server", "import CLibUV", "whose wrapper"),
    ("HTTP", "import Customers", "does not declare"),
    ("Nowhere", "import Bytes", "in no layer"),
  ])
  func aWrongImportIsFound(module: String, line: String, reason: String) throws {
    let file = SourceFile(path: "Sources/\(module)/Wrong.swift", text: "// A comment\n\(line)\n")
    let manifest = Manifest(text: #"library("HTTP", ["Bytes", "EventLoop"]), library("Nowhere", ["Bytes"])"#)
    let violations = Layers.violations(in: file, manifest: manifest)
    #expect(violations.count == 1)
    #expect(violations.first?.contains(reason) == true)
  }

  @Test func aRightImportIsNot() {
    let text = "import Bytes\ninternal import Glibc\npublic import EventLoop\n// import Foundation\n"
    let file = SourceFile(path: "Sources/HTTP/Features/Right.swift", text: text)
    let manifest = Manifest(text: "library(\n  \"HTTP\", [\n    \"Bytes\", \"EventLoop\",\n  ])")
    #expect(Layers.violations(in: file, manifest: manifest) == [])
  }
}
