using Swarm.Secrets;

namespace Swarm.Core.Tests.Secrets;

public sealed class SecretVaultTests : IDisposable
{
    private static readonly SecretId Id = new("secret1");
    private static readonly ValueList<byte> Value = [.. "the value nobody may find"u8];

    private readonly string _directory = Directory.CreateTempSubdirectory("swarm-keys-").FullName;

    private string KeyFile => Path.Combine(_directory, "keys");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_sealed_value_is_not_in_the_store_and_opens_again()
    {
        var vault = Sealing(new LocalKeyProvider(KeyFile));

        var stored = await vault.SealAsync(Id, Value, default);

        Assert.True(SealedValue.IsSealed(stored.AsSpan()));
        Assert.Equal(-1, stored.AsSpan().IndexOf("the value"u8));
        Assert.Equal(Value, await vault.OpenAsync(Holding(Id, stored), default));
    }

    [Fact]
    public async Task Equal_values_are_stored_differently()
    {
        var vault = Sealing(new LocalKeyProvider(KeyFile));

        Assert.NotEqual(await vault.SealAsync(Id, Value, default), await vault.SealAsync(Id, Value, default));
    }

    [Fact]
    public async Task A_value_copied_to_another_secret_does_not_open()
    {
        var vault = Sealing(new LocalKeyProvider(KeyFile));
        var stored = await vault.SealAsync(Id, Value, default);

        await FailsAsync(SwarmErrorCode.FailedPrecondition, vault.OpenAsync(Holding(new("other"), stored), default));
    }

    [Fact]
    public async Task A_value_with_any_byte_changed_or_missing_does_not_open()
    {
        var vault = Sealing(new LocalKeyProvider(KeyFile));
        var stored = await vault.SealAsync(Id, Value, default);

        for (var index = 16; index < stored.Count; index++)
        {
            var changed = stored.AsSpan().ToArray();
            changed[index] ^= 1;
            await Assert.ThrowsAsync<SwarmException>(
                () => vault.OpenAsync(Holding(Id, [.. changed]), default).AsTask());
            await Assert.ThrowsAsync<SwarmException>(
                () => vault.OpenAsync(Holding(Id, [.. stored.AsSpan()[..index]]), default).AsTask());
        }
    }

    [Fact]
    public async Task Keys_survive_a_restart_and_only_their_owner_reads_them()
    {
        var stored = await Sealing(new LocalKeyProvider(KeyFile)).SealAsync(Id, Value, default);

        Assert.Equal(Value, await Sealing(new LocalKeyProvider(KeyFile)).OpenAsync(Holding(Id, stored), default));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(KeyFile).UnixFileMode);
        Assert.Equal([KeyFile], Directory.GetFiles(_directory));
    }

    [Fact]
    public async Task Without_the_key_the_error_names_key_and_file()
    {
        var first = new LocalKeyProvider(KeyFile);
        var stored = await Sealing(first).SealAsync(Id, Value, default);
        var other = Path.Combine(_directory, "other");

        var error = await FailsAsync(
            SwarmErrorCode.FailedPrecondition,
            Sealing(new LocalKeyProvider(other)).OpenAsync(Holding(Id, stored), default));

        Assert.Contains(first.KeyId, error.Message);
        Assert.Contains(other, error.Message);
    }

    [Fact]
    public async Task An_appended_key_wraps_new_values_and_old_ones_still_open()
    {
        var stored = await Sealing(new LocalKeyProvider(KeyFile)).SealAsync(Id, Value, default);
        File.AppendAllText(KeyFile, $"second {Convert.ToBase64String(new byte[32])}\n");

        var vault = Sealing(new LocalKeyProvider(KeyFile));

        Assert.True(vault.IsOutdated(Holding(Id, stored)));
        Assert.Equal(Value, await vault.OpenAsync(Holding(Id, stored), default));
        Assert.False(vault.IsOutdated(Holding(Id, await vault.SealAsync(Id, Value, default))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("key")]
    [InlineData("key c2hvcnQ=")]
    [InlineData("key !!!")]
    public async Task A_file_that_holds_no_keys_is_refused_and_left_alone(string content)
    {
        File.WriteAllText(KeyFile, content);

        var error = await FailsAsync(
            SwarmErrorCode.FailedPrecondition,
            Sealing(new LocalKeyProvider(KeyFile)).SealAsync(Id, Value, default));

        Assert.Contains(KeyFile, error.Message);
        Assert.Equal(content, File.ReadAllText(KeyFile));
    }

    [Fact]
    public async Task Plain_storage_keeps_values_as_they_are_and_refuses_those_that_look_sealed()
    {
        var stored = await Sealing(new LocalKeyProvider(KeyFile)).SealAsync(Id, Value, default);

        Assert.Equal(Value, await SecretVault.Plain.SealAsync(Id, Value, default));
        await FailsAsync(SwarmErrorCode.InvalidArgument, SecretVault.Plain.SealAsync(Id, stored, default));
        Assert.True(SecretVault.Plain.IsOutdated(Holding(Id, stored)));
    }

    [Fact]
    public async Task A_provider_that_fails_is_a_fault_that_may_pass()
    {
        var error = await FailsAsync(
            SwarmErrorCode.Unavailable,
            Sealing(new FailingProvider()).SealAsync(Id, Value, default));

        Assert.Contains("the key service is down", error.Message);
    }

    [Fact]
    public void Neither_secret_nor_spec_show_the_value_as_text()
    {
        var secret = Holding(Id, Value);

        Assert.DoesNotContain("nobody", $"{secret}{secret.Spec}{new DriverSecret(Value.AsMemory())}");
    }

    private static SecretVault Sealing(IKeyProvider keys) =>
        new(SecretStorage.Sealed, keys, [], System.Security.Cryptography.RandomNumberGenerator.Fill);

    private static Secret Holding(SecretId id, ValueList<byte> data) => new()
    {
        Id = id,
        Spec = new SecretSpec { Name = "db", Data = data },
    };

    private static async Task<SwarmException> FailsAsync(SwarmErrorCode code, ValueTask<ValueList<byte>> operation)
    {
        var error = await Assert.ThrowsAsync<SwarmException>(operation.AsTask);
        Assert.Equal(code, error.Code);
        return error;
    }

    private sealed class FailingProvider : IKeyProvider
    {
        public string KeyId => "remote";

        public ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
            throw new HttpRequestException("the key service is down");

        public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken) =>
            throw new HttpRequestException("the key service is down");
    }
}
