import Bytes
import Personas

/// What a command asks for. The same request again goes on with a load that was not finished.
struct LoadRequest: Sendable, Equatable {
  let rows: Int64
  let seed: Int64
  let mode: GeneratorSettings.OnRows
  /// A hash of some of the rows: it tells generators apart that make other customers out of the same seed.
  let sample: Int64

  init(rows: Int64, seed: Int64, mode: GeneratorSettings.OnRows, sample: Int64) {
    self.rows = rows
    self.seed = seed
    self.mode = mode
    self.sample = sample
  }

  init(_ settings: GeneratorSettings) {
    self.init(
      rows: settings.rows, seed: Int64(bitPattern: settings.seed), mode: settings.onRows,
      sample: Self.sample(of: settings.seed))
  }

  /// The command that makes it, without what it needs to find the database.
  var command: String {
    let option = mode == .refuse ? "" : " --\(mode.rawValue)"
    return "generator --rows \(rows) --seed \(seed)\(option)"
  }

  /// FNV-1a over the first hundred rows of a seed and one of each length of number.
  static func sample(of seed: UInt64) -> Int64 {
    var source = PersonaSource(seed: seed)
    var buffer = ByteBuffer(capacity: 64 * 1024)
    for id in 1...100 as ClosedRange<Int64> { source.append(copyRow: id, to: &buffer) }
    var long: Int64 = 1000
    for _ in 4...19 {
      source.append(copyRow: long, to: &buffer)
      long = long.multipliedReportingOverflow(by: 10).partialValue
    }
    let hash = buffer.withBytes { bytes in
      bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
    return Int64(bitPattern: hash)
  }
}

/// A load as the database remembers it.
struct LoadRecord: Sendable, Equatable {
  let identifier: Int64
  let request: LoadRequest
  /// The ids that are its own.
  let ids: ClosedRange<Int64>
  /// Those of them that are in the table: in order, without overlap.
  let finished: [ClosedRange<Int64>]
  /// True when it has ended.
  let isOver: Bool

  /// How many rows are in the table.
  var done: Int64 { finished.reduce(0) { $0 + ($1.upperBound - $1.lowerBound + 1) } }
}
