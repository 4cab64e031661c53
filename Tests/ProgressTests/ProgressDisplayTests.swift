import Glibc
import Testing

@testable import Progress

@Suite struct ProgressDisplayTests {
  /// What a display writes, one element a write.
  private final class Screen {
    var width: Int? = 60
    var writes: [String] = []
    func display(_ meter: ProgressMeter) -> ProgressDisplay {
      ProgressDisplay(meter, width: { self.width }, write: { text, _ in self.writes.append(text) })
    }
  }

  @Test func drawsAtMostTenTimesASecond() {
    let screen = Screen()
    let display = screen.display(ProgressMeter(now: 0))
    for millisecond in 0..<1000 { display.update(done: millisecond, now: UInt64(millisecond)) }
    #expect(screen.writes.count == 10)
    #expect(screen.writes.allSatisfy { $0.hasPrefix("\r") && $0.hasSuffix("\u{1B}[K") })
    #expect(screen.writes.allSatisfy { $0.count - 4 < 60 })
  }

  @Test func clearsBeforeTheSummary() {
    let screen = Screen()
    let display = screen.display(ProgressMeter(total: 10, now: 0))
    display.update(done: 6, now: 1000)
    display.finish("loaded", now: 2000)
    #expect(screen.writes.dropFirst() == ["\r\u{1B}[K", "loaded 6 rows in 2.0 s (3 rows/s)\n"])
  }

  @Test func pipedItIsOneLine() {
    let screen = Screen()
    screen.width = nil
    let display = screen.display(ProgressMeter(now: 0))
    for second in 1...100 { display.update(done: second, now: UInt64(second * 1000)) }
    display.finish("exported", now: 100_000)
    #expect(screen.writes == ["exported 100 rows in 1:40 (1 rows/s)\n"])
  }

  @Test func aLineOfItsOwnGoesAboveAndTheDrawingComesBack() {
    let screen = Screen()
    let display = screen.display(ProgressMeter(now: 0))
    display.update(done: 1, now: 0)
    display.say("retrying")
    display.update(done: 2, now: 1)
    #expect(screen.writes.count == 4)
    #expect(screen.writes[2] == "retrying\n")
    #expect(screen.writes[3].contains("2 rows"))
  }

  /// A bare root may come without terminals; everywhere else this has to pass.
  private static let hasTerminals =
    access("/dev/pts/ptmx", F_OK) == 0 && access("/dev/ptmx", R_OK | W_OK) == 0

  @Test(.enabled(if: hasTerminals, "/dev/pts is not mounted here"))
  func aTerminalTellsItsWidth() throws {
    // By hand (TIOCSPTLCK, TIOCGPTN): the functions for this are not in what Swift sees of glibc.
    let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var locked: Int32 = 0
    var number: Int32 = 0
    try #require(controller >= 0)
    try #require(ioctl(controller, 0x4004_5431, &locked) == 0)
    try #require(ioctl(controller, 0x8004_5430, &number) == 0)
    defer { close(controller) }
    let terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    try #require(terminal >= 0)
    defer { close(terminal) }
    var size = winsize(ws_row: 24, ws_col: 57, ws_xpixel: 0, ws_ypixel: 0)
    try #require(ioctl(controller, UInt(TIOCSWINSZ), &size) == 0)
    #expect(Terminal(descriptor: terminal).width == 57)

    Terminal(descriptor: terminal).write("hello", patience: 0)
    var bytes = [UInt8](repeating: 0, count: 5)
    #expect(read(controller, &bytes, 5) == 5)
    #expect(bytes == Array("hello".utf8))
  }

  @Test func aTerminalThatTakesNothingIsNotWaitedFor() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    let pipe = Terminal(descriptor: ends[1])
    #expect(!pipe.canRedraw)
    #expect(pipe.width == 80)
    try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
    // More than a pipe holds: the rest is dropped, and this returns.
    for _ in 0..<200 { pipe.write(String(repeating: "x", count: 1000), patience: 0) }
  }
}
