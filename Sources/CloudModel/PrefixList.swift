public import IPAddressing

/// A named set of blocks, AWS's (S3, DynamoDB) or one's own. A route or group rule that names it stands for one of
/// each block.
public struct PrefixList: Hashable, Sendable {
    /// `pl-63a5400a`.
    public var name: String
    /// `com.amazonaws.us-east-1.s3`, or empty.
    public var service: String
    public var blocks: [CIDRBlock]
    public var origin: Origin

    public init(name: String, service: String = "", blocks: [CIDRBlock] = [], origin: Origin = .none) {
        self.name = name
        self.service = service
        self.blocks = blocks
        self.origin = origin
    }
}
