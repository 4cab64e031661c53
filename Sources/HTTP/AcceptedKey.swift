internal import Bytes

/// A key that a connection has shown and that was found to be good, so that it need not be digested again with every
/// request.
public struct AcceptedKey: ~Copyable {
  private var key = ByteBuffer(capacity: 16)
  private var version: Int?

  /// Keeps `key`, which is good as long as the keys in force have this version.
  public mutating func remember(_ key: UnsafeRawBufferPointer, version: Int) {
    self.key.removeAll()
    self.key.append(key)
    self.version = version
  }

  /// True if `key` is the one that was kept, for this version. The time tells nothing but its length.
  public func matches(_ key: UnsafeRawBufferPointer, version: Int) -> Bool {
    guard version == self.version, key.count == self.key.count else { return false }
    return self.key.withBytes { kept in
      var difference: UInt8 = 0
      for index in 0..<kept.count { difference |= kept[index] ^ key[index] }
      return difference == 0
    }
  }
}
