using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class Schedules : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "schedules",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    cron = table.Column<string>(type: "text", nullable: false),
                    time_zone = table.Column<string>(type: "text", nullable: false),
                    missed_runs = table.Column<short>(type: "smallint", nullable: false),
                    missed_runs_limit = table.Column<int>(type: "integer", nullable: false),
                    overlap = table.Column<short>(type: "smallint", nullable: false),
                    batch = table.Column<string>(type: "text", nullable: false),
                    input_file_id = table.Column<string>(type: "text", nullable: true),
                    next_run_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    paused_reason = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedules", x => x.id);
                    table.ForeignKey(
                        name: "fk_schedules_tenants_tenant_id",
                        column: x => x.tenant_id,
                        principalTable: "tenants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "schedule_runs",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    schedule_id = table.Column<string>(type: "text", nullable: false),
                    tenant_id = table.Column<Guid>(type: "uuid", nullable: false),
                    scheduled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    manual = table.Column<bool>(type: "boolean", nullable: false),
                    state = table.Column<short>(type: "smallint", nullable: false),
                    code = table.Column<string>(type: "text", nullable: true),
                    message = table.Column<string>(type: "text", nullable: true),
                    batch_id = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_schedule_runs", x => x.id);
                    table.ForeignKey(
                        name: "fk_schedule_runs_schedules_schedule_id",
                        column: x => x.schedule_id,
                        principalTable: "schedules",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_schedule_runs_ended_at",
                table: "schedule_runs",
                column: "ended_at");

            migrationBuilder.CreateIndex(
                name: "ix_schedule_runs_schedule_id_created_at_id",
                table: "schedule_runs",
                columns: new[] { "schedule_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_schedule_runs_schedule_id_scheduled_at",
                table: "schedule_runs",
                columns: new[] { "schedule_id", "scheduled_at" },
                unique: true,
                filter: "NOT manual");

            migrationBuilder.CreateIndex(
                name: "ix_schedule_runs_scheduled_at",
                table: "schedule_runs",
                column: "scheduled_at",
                filter: "state = 0");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_input_file_id",
                table: "schedules",
                column: "input_file_id");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_next_run_at",
                table: "schedules",
                column: "next_run_at",
                filter: "paused_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_schedules_tenant_id_created_at_id",
                table: "schedules",
                columns: new[] { "tenant_id", "created_at", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "schedule_runs");

            migrationBuilder.DropTable(
                name: "schedules");
        }
    }
}
