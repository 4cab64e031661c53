/// A request method. Methods are case-sensitive; anything else is ``other``.
public enum Method: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  case other = ""

  init(_ bytes: UnsafeRawBufferPointer) {
    self =
      switch bytes.count {
      case 3 where ASCII.equals(bytes, "GET"): .get
      case 3 where ASCII.equals(bytes, "PUT"): .put
      case 4 where ASCII.equals(bytes, "POST"): .post
      case 4 where ASCII.equals(bytes, "HEAD"): .head
      case 5 where ASCII.equals(bytes, "PATCH"): .patch
      case 6 where ASCII.equals(bytes, "DELETE"): .delete
      case 7 where ASCII.equals(bytes, "OPTIONS"): .options
      default: .other
      }
  }
}
