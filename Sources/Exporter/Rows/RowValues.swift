import Customers

/// The values of one row, as they stand in its text: made once, filled again for every row.
struct RowValues: ~Copyable {
  private let values: UnsafeMutablePointer<UnsafeRawBufferPointer>

  init() {
    values = .allocate(capacity: Column.count)
    values.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0), count: Column.count)
  }

  deinit { values.deallocate() }

  subscript(column: Int) -> UnsafeRawBufferPointer {
    @inline(__always) get { values[column] }
    @inline(__always) nonmutating set { values[column] = newValue }
  }
}
