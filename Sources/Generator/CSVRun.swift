import EventLoop

/// `--out FILE`: writes the rows as CSV, in id order, while several encoders run ahead.
struct CSVRun: Sendable {
  /// Rows that one encoder makes at once: some 250 kB.
  private static let rowsInPiece: Int64 = 1000

  let settings: GeneratorSettings
  let path: String

  func run(on loop: Loop, _ progress: RunProgress) async throws {
    let file = try await loop.offload { [path] in try OutputFile(path) }
    do {
      try await writeRows(to: file, on: loop, progress)
      try await loop.offload { try file.finish() }
    } catch {
      file.discard()
      throw error
    }
  }

  /// Piece *k* is encoded by encoder *k* mod their number, so an encoder is free again when its piece is written.
  private func writeRows(to file: OutputFile, on loop: Loop, _ progress: RunProgress) async throws {
    let encoders = (0...settings.jobs).map { _ in RowEncoder(.csv, seed: settings.seed) }
    let whole = 1...settings.rows
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
        progress.add(rows: encoder.rows, bytes: encoder.bytes.count)
        written += 1
        try Task.checkCancellation()
        _ = startNext()
      }
    }
  }
}
