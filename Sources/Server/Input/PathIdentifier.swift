import Bytes
import HTTP

extension Request {
  /// The path's parameter number `index`, if it is an id: digits alone, within 64 bits. Nil for everything else.
  func identifier(_ index: Int) -> Int64? {
    withParameter(index) { text in
      guard let first = text.first, first >= 0x30, first <= 0x39 else { return nil }
      return try? parseInteger(text)
    }
  }
}
