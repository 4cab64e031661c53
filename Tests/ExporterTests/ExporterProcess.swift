import EventLoop
import Foundation

/// The real program, as a child.
final class ExporterProcess: Sendable {
  private let process = Process()
  private let errors = Pipe()

  /// Where the build put its programs: beside the tests that run here.
  static func program() throws -> URL {
    let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
    let line = maps.split(separator: "\n").first { $0.hasSuffix("PackageTests.xctest") }
    let path = line?.split(separator: " ", maxSplits: 5).last.map { String($0.drop { $0 == " " }) }
    let tests = URL(fileURLWithPath: path ?? CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("exporter")
  }

  init(_ arguments: [String], key: String) throws {
    process.executableURL = try Self.program()
    process.arguments = arguments
    process.environment = ["ROSTER_API_KEY": key]
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
  }

  var id: Int32 { process.processIdentifier }

  func start() throws { try process.run() }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// The exit status, or minus the signal, and what it said. Reads and waits on the thread pool.
  func end(on loop: Loop) async throws -> (status: Int32, errors: String) {
    try await loop.offload { [self] in
      let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      let status = process.terminationStatus
      return (process.terminationReason == .uncaughtSignal ? -status : status, said)
    }
  }

  /// Peak resident size in KiB, while it runs.
  func peakMemory() -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  }
}
