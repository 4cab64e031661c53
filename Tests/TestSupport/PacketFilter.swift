import Glibc

/// A filter for sockets that drops every packet. Some kernels let nobody but root have one.
public enum PacketFilter {
  /// True where this process may have one.
  public static let isAllowed = {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return attach(to: descriptor)
  }()

  /// What is said of a test that is skipped.
  public static let orElse =
    "skipped: this kernel lets nobody but root filter packets, and no other silence keeps them unacknowledged"

  static func attach(to descriptor: Int32) -> Bool {
    // One instruction: return the first 0 bytes of the packet.
    var code: (code: UInt16, jumpIfTrue: UInt8, jumpIfFalse: UInt8, operand: UInt32) = (0x06, 0, 0, 0)
    return withUnsafePointer(to: &code) { code in
      var program = (length: UInt16(1), code: code)
      return setsockopt(
        descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, socklen_t(MemoryLayout.size(ofValue: program)))
        == 0
    }
  }
}
