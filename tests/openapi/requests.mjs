// For each operation a request that is let in, and what it is refused for beyond what all are.

let made = 0;
/** A text that no other request has. */
const fresh = (word) => `${word}-${++made}`;

const missingRecord = '01AAAAAAAAAAAAAAAAAAAAAAAA';
const missingTenant = 'tnt_0000000000001';

const deployment = () => ({ project_name: fresh('shop'), status: 'active', url: 'https://shop.example/a?b' });
const workflow = () => ({ name: fresh('order'), status: 'active', definition: { nodes: [{ name: 'Start' }] } });

async function madeDeployment(driver, tenant) {
  return { id: (await driver.data('createDeployment', tenant, { body: deployment() }, 201)).id };
}
async function madeWorkflow(driver, tenant, more = {}) {
  return { id: (await driver.data('createWorkflow', tenant, { body: { ...workflow(), ...more } }, 201)).id };
}
async function startedExecution(driver, tenant) {
  const path = await madeWorkflow(driver, tenant);
  return { id: (await driver.data('startExecution', tenant, { path, body: {} }, 201)).id };
}
async function endedExecution(driver, tenant) {
  const path = await startedExecution(driver, tenant);
  await driver.call('endExecution', tenant, { path, body: { status: 'succeeded' } }, { status: 200 });
  return path;
}
/** Another tenant, brought to a status by these operations. */
async function otherTenant(driver, ...operations) {
  const { id } = await driver.makeTenant();
  for (const operation of operations) {
    await driver.call(operation, undefined, { path: { id } }, { status: 200 });
  }
  return { id };
}

/** A tenant that waits for its instance to be paired. */
async function provisioned(driver) {
  const instance = fresh('instance');
  const body = { slug: fresh('acme'), name: 'Acme', status: 'provisioning', messaging: { instance } };
  const { id } = await driver.data('createTenant', undefined, { body }, 201);
  return { path: { id }, body: { instance, activate: true } };
}

const list = async () => ({});
const keyBody = () => ({ name: fresh('build server'), scope: 'write' });

/**
 * By operation: `good` makes a request that is let in; `absent` the path of what is not there;
 * `conflict` a request for each thing that stands against it.
 */
export const requests = {
  showHealth: { good: list },
  showReadiness: { good: list },
  showVersion: { good: list },
  showDescription: { good: list },
  showDocumentation: { good: list },
  showDocumentationStyle: { good: list },
  showDocumentationScript: { good: list },

  listTenants: { good: list },
  createTenant: {
    good: async () => ({ body: { slug: fresh('acme'), name: 'Acme Corporation' } }),
    conflict: [
      async (driver, tenant) => ({ body: { slug: tenant.slug, name: 'Acme' } }),
      async (driver) => {
        const { body: { instance } } = await provisioned(driver);
        return { body: { slug: fresh('acme'), name: 'Acme', messaging: { instance } } };
      },
    ],
  },
  pairTenant: {
    good: provisioned,
    absent: { id: missingTenant },
    conflict: [
      async (driver) => {
        const { path, body } = await provisioned(driver);
        await driver.call('archiveTenant', undefined, { path }, { status: 200 });
        return { path, body };
      },
      async (driver, { id }) => ({ path: { id }, body: {} }),
      async (driver) => ({ ...(await provisioned(driver)), body: (await provisioned(driver)).body }),
      async (driver) => {
        const instance = fresh('strange');
        driver.gateway.tokens.set(instance, 'somebody');
        return { ...(await provisioned(driver)), body: { instance } };
      },
    ],
  },
  showTenant: { good: async (driver, { id }) => ({ path: { id } }), absent: { id: missingTenant } },
  changeTenant: {
    good: async (driver, { id }) => ({ path: { id }, body: { name: 'Acme & Sons', plan: 'pro' } }),
    absent: { id: missingTenant },
    conflict: [async (driver) => (
      { path: await otherTenant(driver, 'archiveTenant'), body: { name: 'Acme' } })],
  },
  activateTenant: {
    good: async (driver) => ({ path: await otherTenant(driver, 'suspendTenant') }),
    absent: { id: missingTenant },
    conflict: [async (driver) => ({ path: await otherTenant(driver, 'archiveTenant') })],
  },
  deactivateTenant: {
    good: async (driver) => ({ path: await otherTenant(driver) }),
    absent: { id: missingTenant },
    conflict: [async (driver) => ({ path: await otherTenant(driver, 'suspendTenant') })],
  },
  suspendTenant: {
    good: async (driver) => ({ path: await otherTenant(driver) }),
    absent: { id: missingTenant },
    conflict: [async (driver) => ({ path: await otherTenant(driver, 'deactivateTenant') })],
  },
  archiveTenant: {
    good: async (driver) => ({ path: await otherTenant(driver, 'deactivateTenant') }),
    absent: { id: missingTenant },
  },
  listApiKeys: { good: async (driver, { id }) => ({ path: { id } }), absent: { id: missingTenant } },
  issueApiKey: {
    good: async (driver, { id }) => ({ path: { id }, body: keyBody() }),
    absent: { id: missingTenant },
    conflict: [async (driver) => ({ path: await otherTenant(driver, 'archiveTenant'), body: keyBody() })],
  },

  revokeApiKey: {
    good: async (driver, { id }) => {
      const { id: key } = await driver.data('issueApiKey', undefined, { path: { id }, body: keyBody() }, 201);
      return { path: { id, key } };
    },
    absent: { id: missingTenant, key: '0000000000000000' },
  },
  showFigures: {
    good: async (driver, { id }) => ({ path: { id } }),
    absent: { id: missingTenant },
    conflict: [async (driver) => (
      { path: await otherTenant(driver, 'suspendTenant'), key: driver.service.administratorKey })],
  },

  showQuotas: {
    good: async (driver, { id }) => ({ path: { id } }),
    absent: { id: missingTenant },
    conflict: [async (driver) => (
      { path: await otherTenant(driver, 'suspendTenant'), key: driver.service.administratorKey })],
  },
  setQuota: {
    good: async (driver, { id }) => ({ path: { id, metric: 'workflows' }, body: { limit: 1000 } }),
    absent: { id: missingTenant, metric: 'workflows' },
    conflict: [async (driver) => (
      { path: { ...await otherTenant(driver, 'suspendTenant'), metric: 'workflows' }, body: { limit: null } })],
  },
  resetQuota: {
    good: async (driver, { id }) => ({ path: { id, metric: 'executions' }, body: { reason: 'a new year' } }),
    absent: { id: missingTenant, metric: 'executions' },
    conflict: [async (driver) => (
      { path: { ...await otherTenant(driver, 'suspendTenant'), metric: 'executions' }, body: { reason: 'no' } })],
  },

  listDeployments: { good: list },
  createDeployment: { good: async () => ({ body: deployment() }) },
  showDeployment: {
    good: async (driver, tenant) => ({ path: await madeDeployment(driver, tenant) }),
    absent: { id: missingRecord },
  },
  replaceDeployment: {
    good: async (driver, tenant) => ({ path: await madeDeployment(driver, tenant), body: deployment() }),
    absent: { id: missingRecord },
  },
  changeDeployment: {
    good: async (driver, tenant) => (
      { path: await madeDeployment(driver, tenant), body: { status: 'stopped', url: null } }),
    absent: { id: missingRecord },
  },
  deleteDeployment: {
    good: async (driver, tenant) => ({ path: await madeDeployment(driver, tenant) }),
    absent: { id: missingRecord },
  },

  listWorkflows: { good: list },
  createWorkflow: {
    good: async () => ({ body: workflow() }),
    conflict: [async (driver, tenant) => {
      await madeWorkflow(driver, tenant, { name: 'taken' });
      return { body: { name: 'taken' } };
    }],
  },
  showWorkflow: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant) }),
    absent: { id: missingRecord },
  },
  replaceWorkflow: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant), body: workflow() }),
    absent: { id: missingRecord },
    conflict: [async (driver, tenant) => {
      await madeWorkflow(driver, tenant, { name: 'taken' });
      return { path: await madeWorkflow(driver, tenant), body: { name: 'taken' } };
    }],
  },
  changeWorkflow: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant), body: { status: 'paused' } }),
    absent: { id: missingRecord },
    conflict: [async (driver, tenant) => {
      await madeWorkflow(driver, tenant, { name: 'taken' });
      return { path: await madeWorkflow(driver, tenant), body: { name: 'taken' } };
    }],
  },
  deleteWorkflow: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant) }),
    absent: { id: missingRecord },
    conflict: [async (driver, tenant) => {
      const path = await madeWorkflow(driver, tenant);
      await driver.call('startExecution', tenant, { path, body: {} }, { status: 201 });
      return { path };
    }],
  },

  listExecutionsOfWorkflow: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant) }),
    absent: { id: missingRecord },
  },
  startExecution: {
    good: async (driver, tenant) => ({ path: await madeWorkflow(driver, tenant), body: {} }),
    absent: { id: missingRecord },
    conflict: [async (driver, tenant) => (
      { path: await madeWorkflow(driver, tenant, { status: 'paused' }), body: {} })],
  },
  listExecutions: { good: list },
  showExecutionStatistics: { good: list },
  showExecution: {
    good: async (driver, tenant) => ({ path: await endedExecution(driver, tenant) }),
    absent: { id: missingRecord },
  },
  endExecution: {
    good: async (driver, tenant) => ({ path: await startedExecution(driver, tenant), body: { status: 'failed' } }),
    absent: { id: missingRecord },
    conflict: [async (driver, tenant) => (
      { path: await endedExecution(driver, tenant), body: { status: 'succeeded' } })],
  },
  deleteExecution: {
    good: async (driver, tenant) => ({ path: await startedExecution(driver, tenant) }),
    absent: { id: missingRecord },
  },
};

/** Rows of every kind, so that lists have something to show. */
export async function fill(driver, tenant) {
  await driver.call('issueApiKey', undefined, { path: { id: tenant.id }, body: keyBody() }, { status: 201 });
  for (let i = 0; i < 3; ++i) await madeDeployment(driver, tenant);
  await startedExecution(driver, tenant);
  await endedExecution(driver, tenant);
  const path = await startedExecution(driver, tenant);
  await driver.call('endExecution', tenant, { path, body: { status: 'failed', error: 'It broke.' } },
    { status: 200 });
}
