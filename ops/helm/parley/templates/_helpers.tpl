{{- define "parley.name" -}}
{{- printf "%s" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "parley.labels" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "parley.selector" -}}
app.kubernetes.io/name: parley
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "parley.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "parley.podSecurity" -}}
automountServiceAccountToken: false
serviceAccountName: {{ include "parley.name" . }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "parley.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "parley.env" -}}
{{- $secret := required "existingSecret: a secret with admin-token, secret and mongodb-uri is required" .Values.existingSecret -}}
- { name: HOST, value: 0.0.0.0 }
- { name: METRICS_HOST, value: 0.0.0.0 }
- { name: PARLEY_DATA_DIR, value: /data }
- { name: PARLEY_PUBLIC_URL, value: {{ required "publicUrl is required" .Values.publicUrl | quote }} }
- { name: TEMPORAL_ADDRESS, value: {{ required "temporal.address is required" .Values.temporal.address | quote }} }
- { name: TEMPORAL_NAMESPACE, value: {{ .Values.temporal.namespace | quote }} }
- { name: LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
- { name: PARLEY_PAYLOAD_ENCRYPTION, value: {{ ternary "on" "off" .Values.payloadEncryption | quote }} }
- { name: PARLEY_ALLOWED_PRIVATE_HOSTS, value: {{ .Values.allowedPrivateHosts | quote }} }
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .Values.otlpEndpoint | quote }} }
{{- if .Values.configuration }}
- { name: PARLEY_CONFIG, value: /config/parley.yaml }
{{- end }}
{{- if or .Values.temporal.tls .Values.temporal.tlsSecret }}
- { name: TEMPORAL_TLS, value: "on" }
{{- end }}
{{- if .Values.temporal.tlsSecret }}
- { name: TEMPORAL_TLS_CA_PATH, value: /temporal-tls/ca.crt }
- { name: TEMPORAL_TLS_CERT_PATH, value: /temporal-tls/tls.crt }
- { name: TEMPORAL_TLS_KEY_PATH, value: /temporal-tls/tls.key }
{{- end }}
- name: PARLEY_ADMIN_TOKEN
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: admin-token } }
- name: PARLEY_SECRET
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: secret } }
- name: MONGODB_URI
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ .Values.mongodb.uriKey }} } }
{{- if .Values.temporal.apiKey }}
- name: TEMPORAL_API_KEY
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: temporal-api-key } }
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "parley.mounts" -}}
- { name: data, mountPath: /data }
- { name: tmp, mountPath: /tmp }
{{- if .Values.configuration }}
- { name: config, mountPath: /config, readOnly: true }
{{- end }}
{{- if .Values.temporal.tlsSecret }}
- { name: temporal-tls, mountPath: /temporal-tls, readOnly: true }
{{- end }}
{{- end -}}

{{- define "parley.volumes" -}}
- { name: tmp, emptyDir: {} }
{{- if .Values.configuration }}
- { name: config, configMap: { name: {{ include "parley.name" . }}-config } }
{{- end }}
{{- if .Values.temporal.tlsSecret }}
- { name: temporal-tls, secret: { secretName: {{ .Values.temporal.tlsSecret }} } }
{{- end }}
{{- end -}}
