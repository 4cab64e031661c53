import Bytes
import Testing

@Suite struct DecimalTests {
  @Test(arguments: [0, 1, -1, 9, 10, 99, 100, 12_345, .max, .min] as [Int64])
  func writesAndReadsBack(_ value: Int64) throws {
    var buffer = ByteBuffer()
    buffer.append(decimal: value)
    #expect(buffer.text() == String(value))
    let read = try buffer.withBytes { bytes throws(IntegerError) in try parseInteger(bytes) }
    #expect(read == value)
  }
}
