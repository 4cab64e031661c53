import Bytes

@testable import HTTP

/// A chunked body. However it is cut, the same comes out of it; it is whole exactly if a plain reading of all its lines
/// says so; and what came out, cut into other chunks, comes out again.
enum ChunkedTarget {
  private static let limit = 64

  private struct Outcome: Equatable {
    var body: [UInt8]
    var isDone = false
    var refusal: HeadError?
    var leftOver = 0
  }

  static func check(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    let whole = outcome(bytes, .whole)
    for cuts in Cuts.allCases where outcome(bytes, cuts) != whole {
      fail("\(cuts) gives another outcome than the whole: \(outcome(bytes, cuts)), \(whole)")
    }
    if whole.body.count > limit { fail("the body is longer than its limit") }
    let plain = PlainChunks(bytes, limit: limit)
    if whole.isDone != (plain != nil) { fail("whole: \(whole.isDone); for a plain reading: \(plain != nil)") }
    guard let plain else { return }
    if plain.body != whole.body { fail("a plain reading gives another body") }
    if plain.rest != whole.leftOver { fail("a plain reading leaves \(plain.rest), not \(whole.leftOver)") }
    checkAgain(whole.body)
  }

  private static func checkAgain(_ body: [UInt8]) {
    var text: [UInt8] = []
    for piece in Cuts.pieces.pieces(of: body) {
      text += Array("\(String(piece.count, radix: 16));x=y\r\n".utf8) + piece + [0x0D, 0x0A]
    }
    let again = outcome(text + Array("0\r\nX: y\r\n\r\nGET".utf8), .pieces)
    // The piece that holds the end may hold some of what follows; the rest is never fed.
    if again.body != body || !again.isDone || again.refusal != nil { fail("cut anew it gives \(again)") }
  }

  private static func outcome(_ bytes: [UInt8], _ cuts: Cuts) -> Outcome {
    var outcome = Outcome(body: [])
    var input = ByteBuffer()
    var output = ByteBuffer()
    do throws(HeadError) {
      var decoder = try BodyDecoder(.chunked, limit: limit)
      for piece in cuts.pieces(of: bytes) {
        piece.withUnsafeBytes { input.append($0) }
        if !outcome.isDone { outcome.isDone = try decoder.decode(&input, into: &output) }
      }
      outcome.leftOver = input.count
    } catch {
      outcome.refusal = error
    }
    outcome.body = outcome.refusal == nil ? output.withBytes { Array($0) } : []
    return outcome
  }
}
