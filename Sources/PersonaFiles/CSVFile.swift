public import EventLoop

/// A file of CSV with the customers of a seed: written in id order, while several encoders run ahead.
public struct CSVFile: Sendable {
  /// Rows that one encoder makes at once: some 250 kB.
  private static let rowsInPiece: Int64 = 1000

  private let ids: ClosedRange<Int64>
  private let seed: UInt64
  private let jobs: Int
  private let path: String

  /// The customers `ids` of `seed` at `path`, made by `jobs` encoders at once.
  public init(ids: ClosedRange<Int64>, seed: UInt64, jobs: Int, path: String) {
    self.ids = ids
    self.seed = seed
    self.jobs = jobs
    self.path = path
  }

  /// Writes the file; it is there under its name whole or not at all. `onProgress` hears of rows and bytes.
  public func write(on loop: Loop, onProgress: (_ rows: Int, _ bytes: Int) -> Void) async throws {
    let file = try await loop.offload { [path] in try OutputFile(path) }
    do {
      try await writeRows(to: file, on: loop, onProgress)
      try await loop.offload { try file.finish() }
    } catch {
      file.discard()
      throw error
    }
  }

  /// Piece *k* is encoded by encoder *k* mod their number, so an encoder is free again when its piece is written.
  private func writeRows(
    to file: OutputFile, on loop: Loop, _ onProgress: (_ rows: Int, _ bytes: Int) -> Void
  ) async throws {
    let encoders = (0...jobs).map { _ in RowEncoder(.csv, seed: seed) }
    let whole = ids
    var plan = IDPlan(whole, size: Self.rowsInPiece)
    try await withThrowingTaskGroup(of: Int.self) { group in
      var started = 0
      var encoded: Set<Int> = []
      func startNext() -> Bool {
        guard let ids = plan.next() else { return false }
        let piece = started
        let encoder = encoders[piece % encoders.count]
        group.addTask {
          try await encoder.encodeAside(ids, of: whole, on: loop)
          return piece
        }
        started += 1
        return true
      }
      while started < encoders.count, startNext() {}
      var written = 0
      while written < started {
        while !encoded.contains(written) {
          guard let piece = try await group.next() else { return }
          encoded.insert(piece)
        }
        encoded.remove(written)
        let encoder = encoders[written % encoders.count]
        try await loop.offload { try file.write(encoder.bytes) }
        onProgress(encoder.rows, encoder.bytes.count)
        written += 1
        try Task.checkCancellation()
        _ = startNext()
      }
    }
  }
}
