internal import CCrypto

/// The SHA-256 of bytes that come piece by piece. Owns the C handle.
public struct SHA256Stream: ~Copyable {
  private let context: OpaquePointer

  /// The stream before its first byte.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("libcrypto has no memory for, or no, SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in the bytes that come next.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
      preconditionFailure("EVP_DigestUpdate cannot fail for SHA-256")
    }
  }

  /// The digest of all that came.
  public consuming func finish() -> SHA256Digest {
    SHA256Digest { digest in
      guard EVP_DigestFinal_ex(context, digest, nil) == 1 else {
        preconditionFailure("EVP_DigestFinal_ex cannot fail for SHA-256")
      }
    }
  }
}
