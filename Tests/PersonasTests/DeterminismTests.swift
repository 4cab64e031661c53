import Bytes
import Personas
import Testing

/// A hash of what a source gives for some ids: any change of a row shows.
private func fingerprint(seed: UInt64, _ append: (inout PersonaSource, Int64, inout ByteBuffer) -> Void)
  -> UInt64
{
  var source = PersonaSource(seed: seed)
  var buffer = ByteBuffer(capacity: 1 << 20)
  for id in 1...10_000 as ClosedRange<Int64> { append(&source, id, &buffer) }
  for id in [1_000_000, 999_999_999_999, .max - 1, .max] as [Int64] { append(&source, id, &buffer) }
  return buffer.withBytes { bytes in
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

@Suite struct DeterminismTests {
  /// Whoever changes the data or the generator changes everyone's customers: then these change too.
  @Test func rowsAreWhatTheyWere() {
    #expect(fingerprint(seed: 1) { $0.append(copyRow: $1, to: &$2) } == 18_198_916_157_170_510_729)
    #expect(fingerprint(seed: 1) { $0.append(csvRow: $1, to: &$2) } == 12_328_099_551_776_569_301)
    #expect(fingerprint(seed: 2) { $0.append(csvRow: $1, to: &$2) } == 6_326_457_946_160_356_330)
  }

  private func copyRows(_ ids: some Sequence<Int64>, seed: UInt64 = 9) -> [UInt8] {
    var source = PersonaSource(seed: seed)
    var buffer = ByteBuffer()
    for id in ids { source.append(copyRow: id, to: &buffer) }
    return buffer.withBytes { Array($0) }
  }

  @Test(arguments: [1, 2, 7, 99, 100, 101, 1000] as [Int])
  func slicesGiveTheSameBytes(length: Int) {
    let whole = copyRows(1...3000)
    var slices: [UInt8] = []
    for start in stride(from: 1, through: 3000 as Int64, by: length) {
      slices += copyRows(start...min(start + Int64(length) - 1, 3000))
    }
    #expect(slices == whole)
  }

  @Test func orderDoesNotMatter() {
    let forward = (1...500).map { copyRows(CollectionOfOne($0)) }
    var source = PersonaSource(seed: 9)
    for id in (1...500 as ClosedRange<Int64>).reversed() {
      var buffer = ByteBuffer()
      source.append(copyRow: id * 7 % 501, to: &buffer)
      #expect(buffer.withBytes { Array($0) } == forward[Int(id * 7 % 501) - 1])
    }
  }

  @Test func seedsHaveNothingInCommon() {
    #expect(copyRows(1...1, seed: 1) != copyRows(1...1, seed: 2))
    let names = ([0, 1] as [UInt64]).map { seed in
      var names: [String] = []
      forEachRow(1...1000, seed: seed) { names.append($0.text(.firstName) + $0.text(.lastName)) }
      return names
    }
    #expect(zip(names[0], names[1]).count { $0 == $1 } < 10)
  }
}
