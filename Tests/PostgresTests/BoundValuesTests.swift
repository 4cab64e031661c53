import Testing

@testable import Postgres

@Suite struct BoundValuesTests {
  /// One parameter as libpq would read it.
  struct Parameter: Equatable, CustomStringConvertible {
    var bytes: [UInt8]?
    var type: UInt32
    var format: Int32
    var description: String { "\(bytes.map { "\($0)" } ?? "NULL"):\(type):\(format)" }
  }

  private func parameters(_ values: BoundValues) -> [Parameter] {
    values.withArrays { arrays in
      (0..<Int(arrays.count)).map { index in
        let length = Int(arrays.lengths?[index] ?? -1)
        let start = arrays.values?[index]
        return Parameter(
          bytes: start.map { Array(UnsafeRawBufferPointer(start: $0, count: length)) },
          type: arrays.types?[index] ?? 99, format: arrays.formats?[index] ?? 99)
      }
    }
  }

  @Test func nothingIsNothing() {
    #expect(parameters(.none).isEmpty)
    #expect(parameters(.many([])).isEmpty)
  }

  @Test(arguments: [0, 1, -1, Int64.max, .min, 0x0102_0304_0506_0708])
  func numbersAreBigEndian(number: Int64) {
    let expected = Parameter(
      bytes: (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }, type: 20, format: 1)
    #expect(parameters(.one(number)) == [expected])
    #expect(parameters(.many([.int8(number)])) == [expected])
    let zero = Parameter(bytes: .init(repeating: 0, count: 8), type: 20, format: 1)
    #expect(parameters(.two(0, number)) == [zero, expected])
    #expect(parameters(.two(number, 0)) == [expected, zero])
  }

  @Test func everyKindIsInItsBinaryForm() {
    let expected = [
      Parameter(bytes: nil, type: 0, format: 1), Parameter(bytes: [1], type: 16, format: 1),
      Parameter(bytes: [0], type: 16, format: 1),
      Parameter(bytes: [0xFF, 0xFF, 0xFF, 0xFE], type: 23, format: 1),
      Parameter(bytes: [0xC3, 0xA9], type: 25, format: 1), Parameter(bytes: [7, 0, 9], type: 0, format: 1),
      Parameter(bytes: nil, type: 0, format: 1),
    ]
    let values: [Value] = [
      .null, .bool(true), .bool(false), .int4(-2), .text("é"), .bytes([7, 0, 9]), .null,
    ]
    #expect(parameters(.many(values)) == expected)
  }

  @Test func emptyIsNotNull() {
    let values: [Value] = [.text(""), .bytes([]), .null, .text("")]
    #expect(parameters(.many(values)).map(\.bytes) == [[], [], nil, []])
  }

  @Test func longTextsAreWhole() {
    let text = String(repeating: "köln ", count: 100_000)
    let found = parameters(.many([.text("a"), .text(text), .text("b")]))
    #expect(found.map { $0.bytes?.count } == [1, text.utf8.count, 1])
    #expect(found[1].bytes == Array(text.utf8))
    #expect(found[2].bytes == [98])
  }
}
