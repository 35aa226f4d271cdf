extension Vocabulary {
    /// What is known of a noun; `nil` for what is only named, of which nothing is read.
    static func of(_ noun: Noun) -> Vocabulary? { all[noun] }

    private static let all = texts.mapValues { Vocabulary($0) }

    private static let tags = "Tags{*} TagSet{*}"
    private static let addressPair =
        "Association{AllocationId AssociationId IpOwnerId PublicDnsName PublicIp CustomerOwnedIp CarrierIp} "
        + "Primary PrivateDnsName PrivateIpAddress"
    private static let interface =
        """
        Attachment{*} AvailabilityZone AvailabilityZoneId ConnectionTrackingConfiguration{*} Description
        Groups{GroupId GroupName} InterfaceType Ipv6Addresses{*} MacAddress NetworkInterfaceId OutpostArn OwnerId
        PublicDnsName PublicIpDnsNameOptions{*} PrivateIpAddresses{\(addressPair)} \(addressPair) Ipv4Prefixes{*}
        Ipv6Prefixes{*} RequesterId RequesterManaged SourceDestCheck Status SubnetId VpcId DenyAllIgwTraffic Ipv6Native
        Ipv6Address Operator{*} \(tags)
        """
    private static let instance =
        """
        Architecture BlockDeviceMappings{*} ClientToken EbsOptimized EnaSupport Hypervisor IamInstanceProfile{*}
        InstanceLifecycle ElasticGpuAssociations{*} ElasticInferenceAcceleratorAssociations{*}
        NetworkInterfaces{\(interface)} OutpostArn RootDeviceName RootDeviceType SecurityGroups{*} SourceDestCheck
        SpotInstanceRequestId SriovNetSupport StateReason{*} VirtualizationType CpuOptions{*} CapacityBlockId
        CapacityReservationId CapacityReservationSpecification{*} HibernationOptions{*} Licenses{*} MetadataOptions{*}
        EnclaveOptions{*} BootMode PlatformDetails UsageOperation UsageOperationUpdateTime PrivateDnsNameOptions{*}
        Ipv6Address TpmSupport MaintenanceOptions{*} CurrentInstanceBootMode NetworkPerformanceOptions{*} Operator{*}
        InstanceId ImageId State{*} PrivateDnsName PublicDnsName StateTransitionReason KeyName AmiLaunchIndex
        ProductCodes{*} InstanceType LaunchTime Placement{*} KernelId RamdiskId Platform Monitoring{*} SubnetId VpcId
        PrivateIpAddress PublicIpAddress \(tags)
        """
    private static let permission =
        """
        IpProtocol FromPort ToPort UserIdGroupPairs{Description UserId GroupName GroupId VpcId VpcPeeringConnectionId
        PeeringStatus} IpRanges{Description CidrIp} Ipv6Ranges{*} PrefixListIds{Description PrefixListId}
        """
    private static let peer =
        "CidrBlock Ipv6CidrBlockSet{*} CidrBlockSet{CidrBlock} OwnerId PeeringOptions{*} VpcId Region"
    private static let action =
        """
        Type TargetGroupArn AuthenticateOidcConfig{*} AuthenticateCognitoConfig{*} JwtValidationConfig{*} Order
        RedirectConfig{Protocol Port Host Path Query StatusCode} FixedResponseConfig{MessageBody StatusCode ContentType}
        ForwardConfig{TargetGroups{TargetGroupArn Weight} TargetGroupStickinessConfig{Enabled DurationSeconds}}
        """
    private static let listener =
        """
        ListenerArn LoadBalancerArn Port Protocol Certificates{*} SslPolicy DefaultActions{\(action)} AlpnPolicy{*}
        MutualAuthentication{*}
        """
    private static let gatewayAttachment = "CreationTime State TransitGatewayAttachmentId TransitGatewayId \(tags)"

    private static let texts: [Noun: String] = [
        .vpcs: """
        OwnerId InstanceTenancy Ipv6CidrBlockAssociationSet{*} IsDefault BlockPublicAccessStates{*} VpcId State CidrBlock
        CidrBlockAssociationSet{AssociationId CidrBlock CidrBlockState{State StatusMessage}} DhcpOptionsId \(tags)
        """,
        .dhcpOptions: "DhcpOptionsId OwnerId DhcpConfigurations{Key Values{Value}} \(tags)",
        .subnets: """
        AvailabilityZoneId EnableLniAtDeviceIndex MapCustomerOwnedIpOnLaunch CustomerOwnedIpv4Pool OwnerId
        AssignIpv6AddressOnCreation Ipv6CidrBlockAssociationSet{*} SubnetArn OutpostArn EnableDns64 Ipv6Native
        PrivateDnsNameOptionsOnLaunch{*} BlockPublicAccessStates{*} SubnetId State VpcId CidrBlock
        AvailableIpAddressCount AvailabilityZone DefaultForAz MapPublicIpOnLaunch Type \(tags)
        """,
        .routeTables: """
        Associations{Main RouteTableAssociationId RouteTableId SubnetId GatewayId AssociationState{State StatusMessage}}
        PropagatingVgws{*} RouteTableId VpcId OwnerId Routes{DestinationCidrBlock DestinationIpv6CidrBlock
        DestinationPrefixListId EgressOnlyInternetGatewayId GatewayId InstanceId InstanceOwnerId NatGatewayId
        TransitGatewayId LocalGatewayId CarrierGatewayId NetworkInterfaceId Origin State VpcPeeringConnectionId
        CoreNetworkArn OdbNetworkArn} \(tags)
        """,
        .internetGateways: "Attachments{State VpcId} InternetGatewayId OwnerId \(tags)",
        .egressOnlyInternetGateways: "Attachments{State VpcId} EgressOnlyInternetGatewayId \(tags)",
        .natGateways: """
        CreateTime DeleteTime FailureCode FailureMessage NatGatewayAddresses{AllocationId NetworkInterfaceId PrivateIp
        PublicIp AssociationId IsPrimary FailureMessage Status AvailabilityZone AvailabilityZoneId} NatGatewayId
        ProvisionedBandwidth{*} State SubnetId VpcId ConnectivityType AvailabilityMode AutoScalingIps
        AutoProvisionZones RouteTableId \(tags)
        """,
        .networkInterfaces: interface,
        .reservations: "ReservationId OwnerId RequesterId Groups{*} Instances{\(instance)}",
        .instances: instance,
        .addresses: """
        AllocationId AssociationId Domain NetworkInterfaceId NetworkInterfaceOwnerId PrivateIpAddress PublicIpv4Pool
        NetworkBorderGroup CustomerOwnedIp CustomerOwnedIpv4Pool CarrierIp SubnetId ServiceManaged InstanceId PublicIp
        \(tags)
        """,
        .securityGroups: """
        GroupId VpcId SecurityGroupArn OwnerId GroupName Description IpPermissions{\(permission)}
        IpPermissionsEgress{\(permission)} \(tags)
        """,
        .securityGroupRules: """
        SecurityGroupRuleId GroupId GroupOwnerId IsEgress IpProtocol FromPort ToPort CidrIpv4 CidrIpv6 PrefixListId
        ReferencedGroupInfo{GroupId PeeringStatus UserId VpcId VpcPeeringConnectionId} Description
        SecurityGroupRuleArn \(tags)
        """,
        .securityGroupVPCAssociations: "GroupId VpcId VpcOwnerId GroupOwnerId State StateReason",
        .networkACLs: """
        Associations{NetworkAclAssociationId NetworkAclId SubnetId} Entries{CidrBlock Egress IcmpTypeCode{Code Type}
        Ipv6CidrBlock PortRange{From To} Protocol RuleAction RuleNumber} IsDefault NetworkAclId VpcId OwnerId \(tags)
        """,
        .peerings: """
        AccepterVpcInfo{\(peer)} ExpirationTime RequesterVpcInfo{\(peer)} Status{Code Message} VpcPeeringConnectionId
        \(tags)
        """,
        .prefixLists: """
        PrefixListId AddressFamily State StateMessage PrefixListArn PrefixListName MaxEntries Version OwnerId Cidrs
        IpamPrefixListResolverTargetId IpamPrefixListResolverSyncEnabled \(tags)
        """,
        .prefixListEntries: "PrefixListId Entries{Cidr Description}",
        .endpoints: """
        VpcEndpointId VpcEndpointType VpcId ServiceName State PolicyDocument RouteTableIds SubnetIds Groups{*}
        IpAddressType DnsOptions{*} PrivateDnsEnabled RequesterManaged NetworkInterfaceIds DnsEntries{*}
        CreationTimestamp OwnerId LastError{*} Ipv4Prefixes{*} Ipv6Prefixes{*} FailureReason ServiceNetworkArn
        ResourceConfigurationArn ServiceRegion \(tags)
        """,
        .transitGateways: """
        TransitGatewayId TransitGatewayArn State OwnerId Description CreationTime Options{AmazonSideAsn
        TransitGatewayCidrBlocks AutoAcceptSharedAttachments DefaultRouteTableAssociation
        AssociationDefaultRouteTableId DefaultRouteTablePropagation PropagationDefaultRouteTableId VpnEcmpSupport
        DnsSupport SecurityGroupReferencingSupport MulticastSupport} \(tags)
        """,
        .transitGatewayAttachments: """
        \(gatewayAttachment) TransitGatewayOwnerId ResourceOwnerId ResourceType ResourceId
        Association{TransitGatewayRouteTableId State}
        """,
        .transitGatewayVPCAttachments: """
        \(gatewayAttachment) VpcId VpcOwnerId SubnetIds Options{DnsSupport SecurityGroupReferencingSupport Ipv6Support
        ApplianceModeSupport}
        """,
        .transitGatewayPeeringAttachments: """
        \(gatewayAttachment) AccepterTransitGatewayAttachmentId RequesterTgwInfo{*} AccepterTgwInfo{*}
        Options{DynamicRouting} Status{*}
        """,
        .transitGatewayRouteTables: """
        TransitGatewayRouteTableId TransitGatewayId State DefaultAssociationRouteTable DefaultPropagationRouteTable
        CreationTime \(tags)
        """,
        .transitGatewayPropagations: """
        TransitGatewayRouteTableId TransitGatewayRouteTablePropagations{TransitGatewayAttachmentId ResourceId
        ResourceType State TransitGatewayRouteTableAnnouncementId}
        """,
        .transitGatewayStaticRoutes: """
        TransitGatewayRouteTableId AdditionalRoutesAvailable Routes{DestinationCidrBlock PrefixListId
        TransitGatewayRouteTableAnnouncementId TransitGatewayAttachments{*} Type State}
        """,
        .loadBalancers: """
        LoadBalancerArn DNSName CanonicalHostedZoneId CreatedTime LoadBalancerName Scheme VpcId State{*} Type
        AvailabilityZones{ZoneName SubnetId LoadBalancerAddresses{IpAddress AllocationId PrivateIPv4Address IPv6Address}}
        SecurityGroups IpAddressType EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic IpamPools{*}
        """,
        .loadBalancerListeners: "LoadBalancerArn Listeners{\(listener)}",
        .listeners: listener,
        .listenerRules: """
        ListenerArn Rules{RuleArn Priority IsDefault Conditions{*} Actions{*} Transforms{*}}
        """,
        .loadBalancerAttributes: "LoadBalancerArn Attributes{Key Value}",
        .targetGroups: """
        TargetGroupArn TargetGroupName Protocol Port VpcId HealthCheckProtocol HealthCheckPort HealthCheckEnabled
        HealthCheckIntervalSeconds HealthCheckTimeoutSeconds HealthyThresholdCount UnhealthyThresholdCount
        HealthCheckPath Matcher{*} LoadBalancerArns TargetType ProtocolVersion IpAddressType
        """,
        .targetGroupAttributes: "TargetGroupArn Attributes{Key Value}",
        .targetHealth: """
        TargetGroupArn TargetHealthDescriptions{Target{Id Port AvailabilityZone} HealthCheckPort TargetHealth{*}
        AnomalyDetection{*} AdministrativeOverride{*}}
        """,
        .vpnGateways: "AmazonSideAsn VpnGatewayId State Type AvailabilityZone VpcAttachments{VpcId State} \(tags)",
        .vpnConnections: """
        Category TransitGatewayId GatewayAssociationState Options{*} Routes{DestinationCidrBlock Source State}
        VgwTelemetry{*} PreSharedKeyArn VpnConnectionId State CustomerGatewayConfiguration Type CustomerGatewayId
        VpnGatewayId \(tags)
        """,
    ]
}
