import EventLoop
import Meters
import TestSupport
import Testing

@Suite struct RunProgressTests {
  /// A meter keeps the loop awake until it has ended, and no longer.
  @Test func nothingIsLeftOfAMeterThatHasEnded() async throws {
    try await onLoop { loop in
      let timers = { loop.openHandles.filter { $0 == "timer" }.count }
      let before = timers()
      for isFinished in [true, false] {
        let progress = RunProgress(loop, total: isFinished ? 10 : nil, program: "test")
        progress.goOn(from: 3)
        progress.add(rows: 7, bytes: 100)
        progress.set(fraction: 0.5)
        #expect(timers() == before + 1)
        if isFinished { progress.finish("counted") } else { progress.end() }
        progress.end()
        try await loop.eventually("its timer is closed") { timers() == before }
      }
    }
  }
}
