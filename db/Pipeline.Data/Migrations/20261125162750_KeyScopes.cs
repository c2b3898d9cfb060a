using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class KeyScopes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "suspended_at",
                table: "tenants",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "last_used_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "previous_expires_at",
                table: "api_keys",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "previous_key_hash",
                table: "api_keys",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "scopes",
                table: "api_keys",
                type: "text[]",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_api_keys_previous_key_hash",
                table: "api_keys",
                column: "previous_key_hash",
                unique: true);

            // Until now an admin's key was the operator's.
            migrationBuilder.Sql("UPDATE api_keys SET role = 'operator' WHERE role = 'admin'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // What had less than a user has nothing rather than more.
            migrationBuilder.Sql("DELETE FROM api_keys WHERE role = 'viewer' OR scopes IS NOT NULL");
            migrationBuilder.Sql("UPDATE api_keys SET role = CASE role WHEN 'operator' THEN 'admin' ELSE 'user' END");

            migrationBuilder.DropIndex(
                name: "ix_api_keys_previous_key_hash",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "suspended_at",
                table: "tenants");

            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "last_used_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "previous_expires_at",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "previous_key_hash",
                table: "api_keys");

            migrationBuilder.DropColumn(
                name: "scopes",
                table: "api_keys");
        }
    }
}
