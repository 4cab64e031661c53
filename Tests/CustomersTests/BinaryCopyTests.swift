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
  }

  /// What `write` writes.
  private func written(_ write: (inout RawWriter) -> Void) -> [UInt8] {
    bytes { $0.appendCopy(room: 100, write) }
  }

  /// A text with sixteen bytes behind it, as the writer wants it.
  private func written(text: String) -> [UInt8] {
    (Array(text.utf8) + [UInt8](repeating: 0x23, count: 16)).withUnsafeBytes { padded in
      let text = UnsafeRawBufferPointer(rebasing: padded.dropLast(16))
      return written { $0.write(copyText: text) }
    }
  }

  @Test func fields() {
    #expect(written { $0.write(copyRowOf: 19) } == [0, 19])
    #expect(written { $0.writeCopyNull() } == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(
      written { $0.write(copyInteger: 0x0102_0304_0506_0708) } == [0, 0, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    #expect(written { $0.write(copyInteger: -1) } == [0, 0, 0, 8] + [UInt8](repeating: 0xFF, count: 8))
    #expect(written { $0.write(copyDate: -2) } == [0, 0, 0, 4, 0xFF, 0xFF, 0xFF, 0xFE])
    #expect(written { $0.write(copyDate: 258) } == [0, 0, 0, 4, 0, 0, 1, 2])
    #expect(written { $0.write(copyTimestamp: 1) } == [0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(written(text: "ы") == [0, 0, 0, 2, 0xD1, 0x8B])
    #expect(written(text: "") == [0, 0, 0, 0])
    // Around the length of a chunk.
    for length in 14...34 {
      let text = String(repeating: "x", count: length)
      #expect(written(text: text) == [0, 0, 0, UInt8(length)] + Array(text.utf8))
    }
  }
}
