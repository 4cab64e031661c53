import Foundation
import Synchronization

/// The real program, as a child.
final class ExporterProcess: Sendable {
  private let process = Process()
  private let errors: String
  private let end = Mutex(End())

  private struct End {
    var status: Int32?
    var waiting: CheckedContinuation<Int32, Never>?
  }

  /// Where the build put its programs: beside the tests that run here.
  static func program() throws -> URL {
    let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    let line = maps.split(separator: "\n").first { $0.hasSuffix("PackageTests.xctest") }
    let path = line?.split(separator: " ", maxSplits: 5).last.map { String($0.drop { $0 == " " }) }
    let tests = URL(fileURLWithPath: path ?? CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("exporter")
  }

  init(_ arguments: [String], key: String) throws {
    errors = NSTemporaryDirectory() + "exporter-\(UUID().uuidString).log"
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.executableURL = try Self.program()
    process.arguments = arguments
    process.environment = ["ROSTER_API_KEY": key]
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardOutput = FileHandle.nullDevice
    process.terminationHandler = { [self] process in
      let status =
        process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
      let waiting = end.withLock { end in
        end.status = status
        return end.waiting.take()
      }
      waiting?.resume(returning: status)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: errors) }

  var id: Int32 { process.processIdentifier }

  func start() throws { try process.run() }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The exit status, or minus the signal, and what it said.
  func result() async -> (status: Int32, errors: String) {
    let status = await withCheckedContinuation { continuation in
      let status = end.withLock { end -> Int32? in
        if end.status == nil { end.waiting = continuation }
        return end.status
      }
      if let status { continuation.resume(returning: status) }
    }
    process.terminationHandler = nil
    return (status, (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")
  }
}
