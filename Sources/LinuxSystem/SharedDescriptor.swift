/// A descriptor that several holders keep open; closed when the last of them lets go.
public final class SharedDescriptor: Sendable {
    public let descriptor: OwnedDescriptor

    public init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

    public var raw: Int32 { descriptor.raw }
}
