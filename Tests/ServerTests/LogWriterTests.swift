import Bytes
import EventLoop
import Foundation
import Testing

@testable import Server

/// The log's thread, and readers that are slow, away or gone.
@Suite struct LogWriterTests {
  /// A pipe with a writer at one end. It holds 64 KiB.
  private final class Fixture {
    let writer: LogWriter
    private let ends: [Int32]

    init(room: Int = 1 << 20) throws {
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      self.ends = ends
      writer = LogWriter(ends[1], room: room) { count in
        var line = ByteBuffer()
        line.append(text: "dropped \(count)\n")
        return line
      }
    }

    deinit {
      // What is still written must not meet whoever gets the number of the descriptor next.
      close(ends[0])
      writer.finish()
      close(ends[1])
    }

    func add(_ text: String) {
      var line = ByteBuffer()
      line.append(text: text)
      line.append("\n")
      writer.add(line)
    }

    /// What lies in the pipe, and what comes into it meanwhile unless it is read `once`.
    func read(once: Bool = false) -> String {
      var found: [UInt8] = []
      var look = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
      while poll(&look, 1, 0) == 1 {
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        found += piece[..<max(0, Glibc.read(ends[0], &piece, piece.count))]
        if once { break }
      }
      return String(decoding: found, as: UTF8.self)
    }

    /// Reads until all that was added is written.
    func readAll() throws -> [Substring] {
      let isOver = DispatchSemaphore(value: 0)
      Thread.detachNewThread { [writer] in
        writer.finish()
        isOver.signal()
      }
      var text = ""
      while isOver.wait(timeout: .now() + .milliseconds(1)) == .timedOut { text += read() }
      text += read()
      try #require(text.hasSuffix("\n"))
      return text.split(separator: "\n")
    }
  }

  @Test func linesOfManyThreadsArriveWhole() throws {
    let fixture = try Fixture()
    let (threads, lines) = (8, 500)
    let writer = fixture.writer
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      for number in 0..<lines {
        var line = ByteBuffer()
        line.append(text: "\(thread) \(String(repeating: "x", count: number)) \(number)\n")
        writer.add(line)
      }
    }
    var next = [Int](repeating: 0, count: threads)
    for line in try fixture.readAll() {
      let words = line.split(separator: " ")
      let thread = try #require(words.first.flatMap { Int($0) })
      #expect(words.last.flatMap { Int($0) } == next[thread])
      next[thread] += 1
    }
    #expect(next == [Int](repeating: lines, count: threads))
    #expect(writer.droppedLines == 0)
  }

  /// Each gap is told where it is.
  @Test func whatIsDroppedIsTold() throws {
    let fixture = try Fixture(room: 10_050)
    // Where a long line finds no room, a short one behind it might.
    let padding = [10, 190].map { String(repeating: "x", count: $0) }
    for number in 0..<1000 { fixture.add("\(number) \(padding[number % 2])") }
    let dropped = fixture.writer.droppedLines
    #expect(dropped > 0)
    var next = 0
    var told = 0
    for line in try fixture.readAll() {
      let words = line.split(separator: " ")
      if words.first == "dropped" {
        let count = try #require(Int(words[1]))
        next += count
        told += count
      } else {
        #expect(Int(words[0]) == next && words[1] == padding[next % 2])
        next += 1
      }
    }
    #expect(next == 1000 && told == dropped)
  }

  @Test func theEndDoesNotWaitForAReaderForEver() throws {
    let fixture = try Fixture()
    // Neither 4096 nor 65536 is a multiple of a line.
    for number in 0..<300 { fixture.add("\(number) \(String(repeating: "x", count: 995))") }
    // What waits behind the first lines comes in one go, and again fills the pipe.
    let before = fixture.read(once: true)
    #expect(before.count > 32 * 1024)
    let began = Loop.nanoseconds
    fixture.writer.finish()
    let time = (Loop.nanoseconds - began) / 1_000_000
    #expect(time >= 900 && time < 5000, "\(time) ms")
    fixture.add("too late")
    // All that there would be if the process had ended.
    let after = fixture.read(once: true)
    #expect(after.hasSuffix("x\n") && after.count > 32 * 1024)
    let text = before + after
    #expect(text.split(separator: "\n").allSatisfy { $0.count >= 997 })
  }

  @Test func aLineMayBeLongerThanAPipe() throws {
    let fixture = try Fixture()
    let long = String(repeating: "x", count: 200_000)
    for text in ["first", long, "last"] { fixture.add(text) }
    #expect(try fixture.readAll() == ["first", long[...], "last"])
  }

  @Test func aReaderThatIsGoneCostsItsLines() throws {
    signal(SIGPIPE, SIG_IGN)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    let writer = LogWriter(ends[1]) { _ in ByteBuffer() }
    var line = ByteBuffer()
    line.append("one\ntwo\n")
    writer.add(line)
    writer.finish()
    #expect(writer.droppedLines == 2)
    close(ends[1])
  }
}
