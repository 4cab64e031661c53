import Foundation
import Testing

@testable import Exporter

@Suite struct StandardOutputTests {
  private func withPipe(_ body: (_ reading: Int32, _ writing: Int32) throws -> Void) throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[1]) }
    try body(ends[0], ends[1])
  }

  @Test func aReaderThatIsGoneIsAnError() throws {
    try withPipe { reading, writing in
      let output = try StandardOutput(writing)
      close(reading)
      #expect(throws: OutputError.outputClosed) { try output.write(Array("x".utf8)) }
    }
  }

  /// A reader that takes nothing holds a thread no longer than until the write is interrupted.
  @Test func aWriteThatWaitsCanBeEnded() throws {
    try withPipe { reading, writing in
      defer { close(reading) }
      let output = try StandardOutput(writing)
      let more = [UInt8](repeating: 7, count: 1 << 20)
      // More than a pipe holds: it comes back only when it is told to. The order of the two does not matter.
      Thread.detachNewThread { output.interrupt() }
      #expect(throws: OutputError.outputClosed) { try output.write(more) }
      #expect(throws: OutputError.outputClosed) { try output.write([1]) }
    }
  }

  @Test func aFullDiskSaysSo() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    try #require(full >= 0)
    defer { close(full) }
    let output = try StandardOutput(full)
    #expect(throws: OutputError.system(call: "write", path: "standard output", code: ENOSPC)) {
      try output.write([1, 2, 3])
    }
  }
}

extension StandardOutput {
  fileprivate func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { try write($0) }
  }
}
