import Foundation
import Testing

/// A name server that can be told to be silent, for programs that are started with its variables.
struct SilentNames {
  static let isPossible = access(compiler, X_OK) == 0
  static let orElse: Comment = "there is no C compiler here"
  private static let compiler = "/usr/bin/cc"

  /// A host of this machine, as long as the name server answers.
  static func host(_ name: String) -> String { "\(name).roster.test" }

  let environment: [String: String]
  private let file: String

  init(_ stage: Stage) throws {
    let library = stage.path("silent_names.so")
    let source = "\(TestRun.root)/Tests/Support/silent_names.c"
    let child = try stage.start([Self.compiler, "-shared", "-fPIC", "-O", "-o", library, source])
    guard try child.waitForEnd() == .exited(0) else { throw TestFailure("cc: \(child.errors)") }
    file = stage.path("silent")
    environment = ["LD_PRELOAD": library, "SILENT_NAMES": file]
  }

  /// From now on it says nothing.
  func beSilent() throws {
    guard FileManager.default.createFile(atPath: file, contents: nil) else {
      throw TestFailure("cannot make \(file)")
    }
  }

  /// Look-ups that have begun since then.
  var begun: Int { FileManager.default.contents(atPath: file)?.count ?? 0 }
}
