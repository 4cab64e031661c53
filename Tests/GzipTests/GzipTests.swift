import Bytes
import Gzip
import Testing

@Suite struct GzipTests {
  /// Text with repeats near and far, so that the window slides and matches are found.
  private static let text: [UInt8] = (0..<60_000).flatMap { Array("row \($0 % 977),\($0 &* 7 % 31)\n".utf8) }

  private func compress(_ members: [[UInt8]], step: Int) -> [UInt8] {
    var writer = GzipWriter()
    var output = ByteBuffer()
    for member in members {
      for start in stride(from: 0, to: member.count, by: step) {
        member[start..<min(start + step, member.count)].withUnsafeBytes { writer.write($0, to: &output) }
      }
      writer.endMember(to: &output)
    }
    return output.withBytes { Array($0) }
  }

  private func decompress(_ bytes: [UInt8], step: Int, room: Int = 1000) throws -> (
    text: [UInt8], ends: [Int]
  ) {
    var reader = GzipReader()
    var output = ByteBuffer()
    var ends: [Int] = []
    var offset = 0
    while offset < bytes.count {
      let before = output.count
      let part = bytes[offset..<min(offset + step, bytes.count)]
      let taken = try part.withUnsafeBytes { try reader.read($0, to: &output, atMost: room) }
      offset += taken.consumed
      if taken.endsMember { ends.append(offset) }
      if taken.consumed == 0, output.count == before { break }
    }
    #expect(reader.isInsideMember == (ends.last != bytes.count))
    return (output.withBytes { Array($0) }, ends)
  }

  @Test(arguments: [1, 100, 65_535, 65_536, 65_537, 1_000_000])
  func theBytesDoNotDependOnThePortions(_ step: Int) {
    let members = [Self.text, [], Array("x".utf8), Array(Self.text.prefix(70_000))]
    #expect(compress(members, step: step) == compress(members, step: 4096))
  }

  @Test func theHeaderTellsNothing() {
    let bytes = compress([Array("x".utf8)], step: 1)
    #expect(Array(bytes.prefix(10)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
  }

  @Test(arguments: [1, 7, 4096, 10_000_000])
  func membersComeBackWithTheirEnds(_ step: Int) throws {
    let members = [Self.text, [], Array("x".utf8)]
    let parts = members.map { compress([$0], step: 4096) }
    let found = try decompress(parts.flatMap { $0 }, step: step)
    #expect(found.text == members.flatMap { $0 })
    #expect(found.ends == [parts[0].count, parts[0].count + parts[1].count, parts.joined().count])
  }

  @Test func aCutMemberHasNoEnd() throws {
    let bytes = compress([Array("some text".utf8)], step: 100)
    for cut in 1..<bytes.count {
      #expect(try decompress(Array(bytes[..<cut]), step: 5).ends == [])
    }
  }

  /// Whatever single byte is changed: an error, or the sum at the end does not fit. The header's time, flags for
  /// extra speed and system are covered by no sum and change nothing.
  @Test func aFlippedByteIsFound() throws {
    let text = Array("some text that is long enough to be compressed, some text that is".utf8)
    let bytes = compress([text], step: 100)
    for place in 0..<bytes.count where !(4...9).contains(place) {
      var damaged = bytes
      damaged[place] ^= 0x10
      // A changed flag may ask for more of a header than there is: then the end never comes.
      guard let found = try? decompress(damaged, step: 1000) else { continue }
      #expect(found.ends == [], "byte \(place)")
    }
  }

  @Test func whatIsNoGzipIsAnError() {
    let error = #expect(throws: GzipError.self) { try decompress(Array("customer_id,first".utf8), step: 100) }
    #expect(error?.description == "Z_DATA_ERROR (incorrect header check)")
  }
}
