import Foundation
import TestSupport
import Testing

extension ProcessTests {
  /// What is said to happen at once does.
  @Suite struct ConcurrencyTests {
    /// Each answer takes 100 ms longer than the server does, so that waiting is all there is to save.
    @Test func sixteenAtOnceAreTenTimesAsFastAsOne() throws {
      try onStage { stage in
        let records = Scale.isFull ? 1000 : 100
        // One at a time takes its time; what it gets done in a second is known after fewer pages.
        let one = try rowsPerSecond(stage, concurrency: 1, records: records, pages: Scale.isFull ? 1000 : 50)
        let sixteen = try rowsPerSecond(
          stage, concurrency: 16, records: records, pages: Scale.isFull ? 1000 : 320)
        note(
          String(
            format: "%.0f rows/s with one request at a time, %.0f rows/s with 16: %.1f times", one, sixteen,
            sixteen / one))
        #expect(sixteen >= 10 * one)
      }
    }

    private func rowsPerSecond(
      _ stage: Stage, concurrency: Int, records: Int, pages: Int
    ) throws -> Double {
      let database = try stage.database(rows: records * pages)
      let server = try stage.server(database)
      let proxy = try CountingProxy(upstream: server.port, hold: 0.1)
      defer { proxy.close() }
      let command = stage.export(
        proxy.url, to: "\(concurrency).csv", ["--concurrency", "\(concurrency)", "--records", "\(records)"])
      let time = try milliseconds { try stage.run(command, within: 600) }
      try stage.checkFile(command, database)
      #expect(proxy.counts.mostAtOnce == concurrency)
      return Double(records * pages) / time * 1000
    }
  }
}
