import Bytes
import Customers
import Testing

@Suite struct BinaryCopyTests {
  private func bytes(_ fill: (inout ByteBuffer) -> Void) -> [UInt8] {
    var buffer = ByteBuffer(capacity: 16)
    fill(&buffer)
    return buffer.withBytes { Array($0) }
  }

  @Test func streamBeginsAndEndsAsTheManualSays() {
    let header = bytes { $0.appendCopyHeader() }
    #expect(header == Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes { $0.appendCopyTrailer() } == [0xFF, 0xFF])
    #expect(bytes { $0.append(copyRowOf: 19) } == [0, 19])
  }

  @Test func fields() {
    #expect(bytes { $0.appendCopyNull() } == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(
      bytes { $0.append(copyInteger: 0x0102_0304_0506_0708) } == [0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(bytes { $0.append(copyInteger: -1) } == [0, 0, 0, 8] + [UInt8](repeating: 0xFF, count: 8))
    #expect(bytes { $0.append(copyDate: -2) } == [0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFE])
    #expect(bytes { $0.append(copyDate: 258) } == [0, 0, 0, 4, 0, 0, 1, 2])
    #expect(bytes { $0.append(copyTimestamp: 1) } == [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1])
    let text = bytes { buffer in Array("ы".utf8).withUnsafeBytes { buffer.append(copyText: $0) } }
    #expect(text == [0, 0, 0, 2, 0xD1, 0x8B])
    let empty = bytes { buffer in [UInt8]().withUnsafeBytes { buffer.append(copyText: $0) } }
    #expect(empty == [0, 0, 0, 0])
  }
}
